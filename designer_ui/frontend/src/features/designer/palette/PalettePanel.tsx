import { SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import { FamilyIcon } from "@/canvas/FamilyIcon";
import { familyOrder, familyTitle } from "@/canvas/families";
import type { NodeType } from "@/graph/types";
import { SearchInput } from "@/ui/Field";
import type { CanvasHandle, NodePreset } from "../canvasHandle";
import { useOfferedTypes } from "../store/designerStore";
import { RemoteTools } from "./RemoteTools";
import { usePaletteDrag } from "./usePaletteDrag";

function groupTypes(types: Iterable<NodeType>, search: string): [string, NodeType[]][] {
  const term = search.trim().toLowerCase();
  const groups = new Map<string, NodeType[]>();
  for (const type of types) {
    const text = `${type.title} ${type.description} ${type.category} ${type.name}`.toLowerCase();
    if (term && !text.includes(term)) continue;
    const group = type.category || familyTitle(type.family);
    groups.set(group, [...(groups.get(group) ?? []), type]);
  }
  const rank = (types: NodeType[]) => familyOrder.indexOf(types[0]?.family ?? "");
  return [...groups].sort(([, left], [, right]) => rank(left) - rank(right));
}

interface EntryProps {
  type: NodeType;
  onAdd: () => void;
  onPointerDown: (event: React.PointerEvent) => void;
}

function Entry({ type, onAdd, onPointerDown }: EntryProps) {
  return (
    <button
      type="button"
      data-node-type={type.name}
      title={type.description}
      onPointerDown={onPointerDown}
      onClick={onAdd}
      className="flex w-full touch-none select-none items-center gap-2.5 rounded-lg border border-transparent px-2 py-1.5 text-left hover:border-border hover:bg-muted active:cursor-grabbing"
    >
      <FamilyIcon icon={type.icon} family={type.family} className="size-8" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium text-[13px] leading-4.5">{type.title}</span>
        <span className="block truncate text-[11.5px] text-muted-foreground leading-4">
          {type.description}
        </span>
      </span>
    </button>
  );
}

/** What can be drawn: searchable, in groups; drag it, click it, or press Enter. */
export function PalettePanel({ canvas }: { canvas: CanvasHandle | null }) {
  const offered = useOfferedTypes();
  const [search, setSearch] = useState("");
  const groups = useMemo(() => groupTypes(offered, search), [offered, search]);
  const { preview, startDrag, isJustDropped } = usePaletteDrag(canvas);
  const add = (type: NodeType) => {
    if (!isJustDropped()) canvas?.add(type.name);
  };
  const addTool = (preset: NodePreset) => canvas?.add("tool", preset);
  return (
    <aside aria-label="Palette" className="flex w-64 shrink-0 flex-col border-r bg-card">
      <div className="p-2.5 pb-1.5">
        <SearchInput
          id="palette-search"
          aria-label="Search the palette"
          placeholder="Search nodes"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            const [first] = groups[0]?.[1] ?? [];
            if (event.key === "Enter" && first) add(first);
          }}
        />
      </div>
      <div className="scroll-thin min-h-0 flex-1 overflow-y-auto px-1.5 pb-3">
        {groups.map(([group, types]) => (
          <section key={group} aria-label={group} className="pt-2">
            <h2 className="px-2 pb-1 font-semibold text-[11px] text-muted-foreground uppercase tracking-wide">
              {group}
            </h2>
            {types.map((type) => (
              <Entry
                key={type.name}
                type={type}
                onAdd={() => add(type)}
                onPointerDown={(event) => startDrag(event, type)}
              />
            ))}
          </section>
        ))}
        <RemoteTools search={search} onAdd={addTool} />
        {groups.length === 0 && (
          <p className="flex flex-col items-center gap-2 px-4 py-10 text-center text-muted-foreground text-xs">
            <SearchX aria-hidden className="size-5" />
            No node fits “{search}”.
          </p>
        )}
      </div>
      {preview && (
        <div
          aria-hidden
          className="pointer-events-none fixed z-50 flex w-60 items-center gap-2.5 rounded-xl border-2 border-primary bg-card px-2.5 py-2.5 opacity-95 shadow-overlay"
          style={{ left: preview.x - 120, top: preview.y - 30 }}
        >
          <FamilyIcon icon={preview.type.icon} family={preview.type.family} />
          <span className="truncate font-semibold text-[13px]">{preview.type.title}</span>
        </div>
      )}
    </aside>
  );
}
