import { Command as Cmdk } from "cmdk";
import { CornerDownLeft, Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { FamilyIcon } from "@/canvas/FamilyIcon";
import { familyTitle } from "@/canvas/families";
import type { NodeType } from "@/graph/types";
import { cn } from "@/ui/cn";

/** One of several places where the next node may go. */
export interface SearchPlace {
  id: string;
  label: string;
  /** Something stands there already. */
  isUsed: boolean;
}

interface TypeSearchProps {
  types: readonly NodeType[];
  places: readonly SearchPlace[];
  placesLabel: string;
  /** Id of the chosen place. */
  place: string | null;
  onPlace: (id: string) => void;
  onHighlight?: (type: string) => void;
  onPick: (type: string) => void;
  /** Esc was pressed. */
  onCancel: () => void;
  /** The keyboard went elsewhere. */
  onLeave: () => void;
}

/** Beginnings of the title count most, then words of the title, then the description. */
function score(value: string, search: string, keywords: string[] = []): number {
  const term = search.toLowerCase();
  const [title = "", description = ""] = keywords.map((text) => text.toLowerCase());
  if (title.startsWith(term)) return 1;
  if (title.split(/\W+/).some((word) => word.startsWith(term))) return 0.8;
  if (title.includes(term) || value.toLowerCase().includes(term)) return 0.5;
  return description.includes(term) ? 0.2 : 0;
}

/** The search for what comes next: type, press Enter. Left and right choose where it goes. */
export function TypeSearch({
  types,
  places,
  placesLabel,
  place,
  onPlace,
  onHighlight,
  onPick,
  onCancel,
  onLeave,
}: TypeSearchProps) {
  const [search, setSearch] = useState("");
  const [highlighted, setHighlighted] = useState(types[0]?.name ?? "");
  const input = useRef<HTMLInputElement>(null);
  // Before anything else can happen, so that not one key gets lost.
  useLayoutEffect(() => input.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    onHighlight?.(highlighted);
  }, [highlighted, onHighlight]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onCancel();
    }
    if (event.key === "Tab") event.preventDefault();
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step !== 0 && search === "" && places.length > 1) {
      event.preventDefault();
      const index = places.findIndex((each) => each.id === place);
      const next = places[(index + step + places.length) % places.length];
      if (next) onPlace(next.id);
    }
  };
  const onBlur = (event: React.FocusEvent) => {
    if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) onLeave();
  };
  return (
    <Cmdk
      label="Search node types"
      loop
      value={highlighted}
      onValueChange={setHighlighted}
      filter={score}
      onKeyDown={onKeyDown}
      onBlur={onBlur}
      className="nodrag nopan nowheel w-80 overflow-hidden rounded-xl border bg-popover text-left text-foreground shadow-overlay"
    >
      <div className="flex items-center gap-2 border-b px-3">
        <Search aria-hidden className="size-4 text-muted-foreground" />
        <Cmdk.Input
          ref={input}
          value={search}
          onValueChange={setSearch}
          placeholder="What comes next?"
          className="h-10 w-full bg-transparent text-[13px] outline-none placeholder:text-muted-foreground"
        />
        <CornerDownLeft aria-hidden className="size-3.5 text-muted-foreground" />
      </div>
      {places.length > 1 && (
        <div
          role="radiogroup"
          aria-label={placesLabel}
          className="flex flex-wrap gap-1 border-b bg-muted/60 px-2.5 py-2"
        >
          {places.map((each) => (
            <button
              key={each.id}
              type="button"
              role="radio"
              aria-checked={each.id === place}
              tabIndex={-1}
              onClick={() => {
                onPlace(each.id);
                input.current?.focus();
              }}
              className={cn(
                "inline-flex h-6 items-center rounded-full border bg-card px-2 text-[11.5px]",
                each.isUsed && "text-muted-foreground",
                each.id === place && "border-primary bg-primary-soft font-medium text-primary",
              )}
            >
              {each.label}
              {each.isUsed && <span className="ml-1 opacity-70">in use</span>}
            </button>
          ))}
        </div>
      )}
      <Cmdk.List className="scroll-thin max-h-56 overflow-y-auto p-1">
        <Cmdk.Empty className="px-3 py-6 text-center text-muted-foreground text-xs">
          No node type fits “{search}”.
        </Cmdk.Empty>
        {types.map((type) => (
          <Cmdk.Item
            key={type.name}
            value={type.name}
            keywords={[type.title, type.description]}
            onSelect={() => onPick(type.name)}
            className="flex items-center gap-2.5 rounded-md px-2 py-1.5 data-[selected=true]:bg-accent"
          >
            <FamilyIcon icon={type.icon} family={type.family} className="size-7 rounded-md" />
            <span className="min-w-0">
              <span className="block truncate font-medium text-[13px]">{type.title}</span>
              <span className="block truncate text-[11.5px] text-muted-foreground">
                {type.description || familyTitle(type.family)}
              </span>
            </span>
          </Cmdk.Item>
        ))}
      </Cmdk.List>
    </Cmdk>
  );
}
