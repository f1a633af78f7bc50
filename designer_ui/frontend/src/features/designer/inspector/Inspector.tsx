import { CircleX, Copy, Trash2, TriangleAlert, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { FamilyIcon } from "@/canvas/FamilyIcon";
import { typeTitleOf } from "@/canvas/fromApi";
import { rulesOf } from "@/documents/rules";
import type { Part } from "@/documents/types";
import { ExpressionScopeContext } from "@/forms/PreviewContext";
import { Input } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import type { CanvasHandle } from "../canvasHandle";
import type { DesignerKind } from "../kinds";
import { withoutName } from "../ProblemList";
import { deleteSelected, duplicateSelected } from "../selectionActions";
import {
  useDesigner,
  useDesignerStore,
  useDocument,
  useSelectedPart,
} from "../store/designerStore";
import { useScope } from "./useScope";

const WIDTH = 400;
const FIELDS = ["input", "textarea", "select", "[contenteditable=true]"]
  .map((field) => `[data-inspector-body] ${field}`)
  .join();

interface InspectorProps {
  canvas: CanvasHandle | null;
  Settings: DesignerKind["Settings"];
  isReadOnly: boolean;
}

/** What begins with an underscore belongs to the kind: it is set up, but not renamed or removed. */
const isOwn = (id: string): boolean => id.startsWith("_");

function NodeProblems({ nodeId, name }: { nodeId: string; name: string }) {
  const document = useDocument();
  const problems = useDesigner((state) => state.problems);
  const { partOfProblem } = rulesOf(document);
  const own = problems.filter((problem) => partOfProblem(document, problem) === nodeId);
  if (own.length === 0) return null;
  return (
    <ul aria-label="Problems of this node" className="space-y-1.5 border-b bg-muted/50 px-4 py-3">
      {own.map((problem) => (
        <li
          key={`${problem.code} ${problem.field} ${problem.message}`}
          className="flex items-start gap-2 text-xs"
        >
          {problem.severity === "error" ? (
            <CircleX aria-label="Error" className="mt-px size-3.5 shrink-0 text-status-failed" />
          ) : (
            <TriangleAlert
              aria-label="Warning"
              className="mt-px size-3.5 shrink-0 text-status-invalid"
            />
          )}
          <span>
            {withoutName(problem.message, name)}
            {problem.hint && <span className="block text-muted-foreground">{problem.hint}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

interface InspectorHeaderProps {
  canvas: CanvasHandle | null;
  node: Part;
  isReadOnly: boolean;
  onClose: () => void;
}

function InspectorHeader({ canvas, node, isReadOnly, onClose }: InspectorHeaderProps) {
  const store = useDesignerStore();
  const type = useDesigner((state) => state.catalog.get(node.type));
  return (
    <div className="flex items-center gap-2.5 border-b px-4 py-3">
      <FamilyIcon icon={type?.icon ?? "box"} family={type?.family ?? "flow"} />
      <div className="min-w-0 flex-1">
        <Input
          aria-label="Title"
          value={node.title}
          readOnly={isReadOnly || isOwn(node.id)}
          maxLength={200}
          placeholder={type?.title}
          className="-ml-1.5 h-7 border-transparent bg-transparent px-1.5 font-semibold text-sm shadow-none hover:border-input"
          onChange={(event) =>
            store
              .getState()
              .perform({ kind: "edit-node", nodeId: node.id, patch: { title: event.target.value } })
          }
        />
        <p className="truncate text-[11.5px] text-muted-foreground">
          {node.type.startsWith("task:") ? typeTitleOf(node.type) : (type?.title ?? node.type)} ·{" "}
          <code className="font-mono">{node.id}</code>
        </p>
      </div>
      {!isReadOnly && !isOwn(node.id) && (
        <>
          <IconButton
            label="Duplicate"
            keys="Mod+D"
            size="icon-sm"
            onClick={() => duplicateSelected(store, canvas)}
          >
            <Copy />
          </IconButton>
          <IconButton
            label="Delete"
            keys="Delete"
            size="icon-sm"
            onClick={() => deleteSelected(store)}
          >
            <Trash2 />
          </IconButton>
        </>
      )}
      <IconButton label="Close" keys="Escape" size="icon-sm" onClick={onClose}>
        <X />
      </IconButton>
    </div>
  );
}

/** The settings of what is selected, over the right of the canvas. Changes apply as they are made. */
export function Inspector({ canvas, Settings, isReadOnly }: InspectorProps) {
  const store = useDesignerStore();
  const node = useSelectedPart();
  const type = useDesigner((state) => (node ? state.catalog.get(node.type) : undefined));
  const scope = useScope(node?.id ?? "");
  const panel = useRef<HTMLElement>(null);
  const nodeId = node?.id;
  const isEmptyNote = node?.type === "note" && !node.config.text;

  useEffect(() => {
    if (nodeId) canvas?.reveal(nodeId, WIDTH + 24);
  }, [nodeId, canvas]);

  useEffect(() => {
    // Opened by keyboard, or a new note: the first field takes over. A click keeps the focus on its node.
    const isByKeyboard = document.activeElement?.matches(
      ".react-flow__node:focus-visible, .fd-step:focus-visible, .fd-part:focus-visible",
    );
    if (!nodeId || !(isByKeyboard || isEmptyNote)) return;
    const fields = panel.current?.querySelectorAll<HTMLElement>(FIELDS) ?? [];
    const first = [...fields].find((field) => field.checkVisibility());
    // A code editor may still be on its way: the title is there from the start.
    (first ?? panel.current?.querySelector("input"))?.focus();
  }, [nodeId, isEmptyNote]);

  if (!node) return null;
  const name = node.title || type?.title || node.type;
  const close = () => {
    store.setState({ isInspectorOpen: false });
    canvas?.focus(node.id);
  };
  return (
    <ExpressionScopeContext.Provider value={scope}>
      <aside
        ref={panel}
        aria-label={`Settings of ${name}`}
        className="absolute inset-y-3 right-3 z-10 flex w-[400px] max-w-[calc(100%-1.5rem)] animate-in flex-col overflow-hidden rounded-xl border bg-card shadow-overlay"
      >
        <InspectorHeader canvas={canvas} node={node} isReadOnly={isReadOnly} onClose={close} />
        <fieldset
          disabled={isReadOnly}
          data-inspector-body
          className="scroll-thin min-h-0 min-w-0 flex-1 overflow-y-auto"
        >
          <NodeProblems nodeId={node.id} name={name} />
          {type?.description && (
            <p className="px-4 pt-3 text-muted-foreground text-xs">{type.description}</p>
          )}
          {/* Keyed, so that drafts inside fields do not leak from one to the next. */}
          <div key={node.id}>
            <Settings part={node} type={type} />
          </div>
        </fieldset>
      </aside>
    </ExpressionScopeContext.Provider>
  );
}
