import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Copy, Download, Ellipsis, ListChecks } from "lucide-react";
import { useLocation } from "wouter";
import { keys, usePermission } from "@/api/queries";
import type { WorkflowSummary } from "@/api/types";
import { Button } from "@/ui/Button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu";
import { toast, toastError } from "@/ui/toast";
import {
  archiveWorkflow,
  duplicateWorkflow,
  exportFormats,
  restoreWorkflow,
  saveExport,
} from "./api";

/** What can be done with a workflow from its row. */
export function WorkflowMenu({ workflow }: { workflow: WorkflowSummary }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const mayAdd = usePermission("add_workflow");
  const mayChange = usePermission("change_workflow");
  const refresh = () => client.invalidateQueries({ queryKey: keys.workflows });
  const restoring = useMutation({
    mutationFn: () => restoreWorkflow(workflow.id),
    onSuccess: () => {
      toast.success(`“${workflow.title}” is back`);
      return refresh();
    },
    onError: (error) => toastError(error),
  });
  const archiving = useMutation({
    mutationFn: () => archiveWorkflow(workflow.id),
    onSuccess: () => {
      toast.success(`“${workflow.title}” was archived`, {
        action: { label: "Undo", onClick: () => restoring.mutate() },
      });
      return refresh();
    },
    onError: (error) => toastError(error),
  });
  const duplicating = useMutation({
    mutationFn: () => duplicateWorkflow(workflow.id),
    onSuccess: (copy) => {
      toast.success(`“${copy.title}” was made`, {
        action: { label: "Open", onClick: () => navigate(`/workflows/${copy.id}`) },
      });
      return refresh();
    },
    onError: (error) => toastError(error),
  });
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={`Actions for ${workflow.title}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem
        icon={<ListChecks />}
        onSelect={() => navigate(`/runs?workflow=${encodeURIComponent(workflow.id)}`)}
      >
        Show its runs
      </MenuItem>
      <MenuItem icon={<Copy />} disabled={!mayAdd} onSelect={() => duplicating.mutate()}>
        Duplicate
      </MenuItem>
      {exportFormats(workflow.kind).map(({ format, label }) => (
        <MenuItem key={format} icon={<Download />} onSelect={() => saveExport(workflow.id, format)}>
          Export as {label}
        </MenuItem>
      ))}
      <MenuSeparator />
      {workflow.archived_at ? (
        <MenuItem
          icon={<ArchiveRestore />}
          disabled={!mayChange}
          onSelect={() => restoring.mutate()}
        >
          Restore
        </MenuItem>
      ) : (
        <MenuItem icon={<Archive />} disabled={!mayChange} onSelect={() => archiving.mutate()}>
          Archive
        </MenuItem>
      )}
    </Menu>
  );
}
