import { ArrowDown, ArrowUp } from "lucide-react";
import { iconFor } from "@/canvas/families";
import { IconButton } from "@/ui/IconButton";
import { useDesignerStore } from "../store/designerStore";

interface ListedPart {
  id: string;
  title: string;
  icon: string;
  /** In grey behind the title. */
  note?: string;
}

interface PartListProps {
  label: string;
  parts: readonly ListedPart[];
  /** What stands there while there are none. */
  empty: string;
}

/** Transitions or actions in their order; a press leads to one, arrows move it. */
export function PartList({ label, parts, empty }: PartListProps) {
  const store = useDesignerStore();
  if (parts.length === 0) return <p className="text-muted-foreground text-xs">{empty}</p>;
  const move = (id: string, by: -1 | 1) => store.getState().perform({ kind: "shift", id, by });
  return (
    <ul aria-label={label} className="divide-y rounded-lg border">
      {parts.map(({ id, title, icon, note }, index) => {
        const Icon = iconFor(icon, "flow");
        return (
          <li key={id} className="flex items-center gap-0.5 pr-1">
            <button
              type="button"
              className="flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-lg px-2.5 text-left text-[13px] hover:bg-muted"
              onClick={() => {
                store.getState().selectNodes([id]);
                store.setState({ isInspectorOpen: true });
              }}
            >
              <Icon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
              <span className="truncate">{title}</span>
              {note && <span className="truncate text-muted-foreground text-xs">{note}</span>}
            </button>
            {parts.length > 1 && (
              <>
                <IconButton
                  label={`Move ${title} up`}
                  size="icon-sm"
                  disabled={index === 0}
                  onClick={() => move(id, -1)}
                >
                  <ArrowUp />
                </IconButton>
                <IconButton
                  label={`Move ${title} down`}
                  size="icon-sm"
                  disabled={index === parts.length - 1}
                  onClick={() => move(id, 1)}
                >
                  <ArrowDown />
                </IconButton>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}
