import {
  CircleCheckBig,
  Download,
  Ellipsis,
  History,
  Play,
  Redo2,
  Rocket,
  Settings2,
  Undo2,
} from "lucide-react";
import { useLocation } from "wouter";
import { PageHeader } from "@/app/PageHeader";
import { exportFormats, saveExport } from "@/features/workflows/api";
import { Button } from "@/ui/Button";
import { IconButton } from "@/ui/IconButton";
import { Menu, MenuItem } from "@/ui/Menu";
import { Tooltip } from "@/ui/Tooltip";
import { useDesigner, useDesignerStore } from "../store/designerStore";
import { useValidate } from "../useValidate";
import { SaveStatus, VersionStatus } from "./SaveStatus";
import { TitleField } from "./TitleField";

function UndoButtons() {
  const store = useDesignerStore();
  const undoLabel = useDesigner((state) => state.history.past.at(-1)?.label);
  const redoLabel = useDesigner((state) => state.history.future[0]?.label);
  return (
    <>
      <IconButton
        label={undoLabel ? `Undo: ${undoLabel}` : "Undo"}
        keys="Mod+Z"
        disabled={!undoLabel}
        onClick={() => store.getState().undo()}
      >
        <Undo2 />
      </IconButton>
      <IconButton
        label={redoLabel ? `Redo: ${redoLabel}` : "Redo"}
        keys="Mod+Shift+Z"
        disabled={!redoLabel}
        onClick={() => store.getState().redo()}
      >
        <Redo2 />
      </IconButton>
    </>
  );
}

function MoreMenu() {
  const store = useDesignerStore();
  const [, navigate] = useLocation();
  const workflowId = useDesigner((state) => state.workflowId);
  const published = useDesigner((state) => state.published);
  const kind = useDesigner((state) => state.history.present.kind);
  return (
    <Menu
      trigger={
        <IconButton label="More">
          <Ellipsis />
        </IconButton>
      }
    >
      <MenuItem icon={<Settings2 />} onSelect={() => store.setState({ dialog: "settings" })}>
        Workflow settings
      </MenuItem>
      {published && (
        <MenuItem
          icon={<History />}
          onSelect={() => navigate(`/workflows/${workflowId}/versions/${published.number}`)}
        >
          Version {published.number}
        </MenuItem>
      )}
      <MenuItem icon={<Play />} onSelect={() => navigate(`/runs?workflow=${workflowId}`)}>
        All runs
      </MenuItem>
      <MenuItem icon={<CircleCheckBig />} onSelect={() => store.setState({ drawer: "problems" })}>
        Problems
      </MenuItem>
      {exportFormats(kind).map(({ format, label }) => (
        <MenuItem key={format} icon={<Download />} onSelect={() => saveExport(workflowId, format)}>
          Export as {label}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** Name, state in words, and the actions. */
export function DesignerHeader({ isNarrow }: { isNarrow: boolean }) {
  const store = useDesignerStore();
  const validate = useValidate();
  const title = useDesigner((state) => state.title);
  const problemCount = useDesigner((state) => state.problems.length);
  return (
    <PageHeader
      breadcrumb={[{ label: "Workflows", href: "/workflows" }, { label: title }]}
      current={<TitleField isReadOnly={isNarrow} />}
      status={
        <>
          <SaveStatus />
          <span aria-hidden className="text-border-strong">
            ·
          </span>
          <VersionStatus />
        </>
      }
      actions={
        <>
          {!isNarrow && (
            <>
              <UndoButtons />
              <Button onClick={() => void validate()}>
                <CircleCheckBig />
                Validate
                {problemCount > 0 && (
                  <span className="rounded-full bg-status-invalid px-1.5 font-semibold text-[10.5px] text-card tabular">
                    {problemCount}
                  </span>
                )}
              </Button>
            </>
          )}
          <Tooltip label="Start a run" keys="Mod+Enter">
            <Button onClick={() => store.setState({ dialog: "run" })}>
              <Play />
              Run
            </Button>
          </Tooltip>
          {!isNarrow && (
            <Button variant="primary" onClick={() => store.setState({ dialog: "publish" })}>
              <Rocket />
              Publish
            </Button>
          )}
          <MoreMenu />
        </>
      }
    />
  );
}
