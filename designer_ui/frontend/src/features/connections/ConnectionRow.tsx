import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleX, KeyRound, Pencil, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { keys, usePermission } from "@/api/queries";
import type { ConnectionTest, ConnectionView } from "@/api/types";
import { Button } from "@/ui/Button";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { IconButton } from "@/ui/IconButton";
import { RelativeTime } from "@/ui/RelativeTime";
import { toast, toastError } from "@/ui/toast";
import { deleteConnection, testConnection } from "./api";
import { destinationOf, kindLabel } from "./connectionForm";

interface ConnectionRowProps {
  connection: ConnectionView;
  onEdit: () => void;
}

/** One connection: what it is, how its last test came out, and what can be done with it. */
export function ConnectionRow({ connection, onEdit }: ConnectionRowProps) {
  const client = useQueryClient();
  const mayChange = usePermission("change_connection");
  const mayDelete = usePermission("delete_connection");
  const [isDeleting, setDeleting] = useState(false);
  const testing = useMutation({
    mutationFn: () => testConnection(connection.id),
    onError: (error) => toastError(error),
  });
  const deleting = useMutation({
    mutationFn: () => deleteConnection(connection.id),
    onSuccess: () => {
      toast.success(`“${connection.title}” was deleted`);
      return client.invalidateQueries({ queryKey: keys.connections });
    },
    onError: (error) => toastError(error),
    onSettled: () => setDeleting(false),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-4 py-3 last:border-0">
      <div className="min-w-0 flex-1 basis-64">
        <p className="truncate font-medium text-sm">{connection.title}</p>
        <p className="truncate text-muted-foreground text-xs">
          {kindLabel(connection.kind)} · {connection.name} · {destinationOf(connection)}
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 text-muted-foreground text-xs">
          <span className="inline-flex items-center gap-1">
            <KeyRound aria-hidden className="size-3.5" />
            {connection.has_secret ? "Has a secret" : "No secret"}
          </span>
          <span>
            changed <RelativeTime at={connection.updated_at} />
            {connection.updated_by && ` by ${connection.updated_by}`}
          </span>
        </p>
        {testing.data && <TestResult result={testing.data} />}
      </div>
      {mayChange && (
        <Button
          size="sm"
          isBusy={testing.isPending}
          aria-label={`Test ${connection.title}`}
          onClick={() => testing.mutate()}
        >
          <Zap aria-hidden /> Test
        </Button>
      )}
      {mayChange && (
        <IconButton label={`Change ${connection.title}`} onClick={onEdit}>
          <Pencil />
        </IconButton>
      )}
      {mayDelete && (
        <IconButton label={`Delete ${connection.title}`} onClick={() => setDeleting(true)}>
          <Trash2 />
        </IconButton>
      )}
      <ConfirmDialog
        isOpen={isDeleting}
        onOpenChange={setDeleting}
        title={`Delete ${connection.title}?`}
        description="Its secret is gone for good. A connection that a workflow names stays."
        confirmLabel="Delete connection"
        isDanger
        isBusy={deleting.isPending}
        onConfirm={() => deleting.mutate()}
      />
    </li>
  );
}

function TestResult({ result }: { result: ConnectionTest }) {
  const Icon = result.ok ? CircleCheck : CircleX;
  return (
    <p
      role="status"
      className={`mt-1.5 flex items-start gap-1.5 text-[13px] ${result.ok ? "text-status-succeeded" : "text-status-failed"}`}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      {result.message}
    </p>
  );
}
