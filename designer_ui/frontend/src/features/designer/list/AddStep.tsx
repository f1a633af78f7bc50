import { useEffect, useRef, useState } from "react";
import { FamilyIcon } from "@/canvas/FamilyIcon";
import { useDesigner, useOfferedTypes } from "../store/designerStore";
import { type SearchPlace, TypeSearch } from "../TypeSearch";

interface AddStepProps {
  places: readonly SearchPlace[];
  /** Id of the chosen one. */
  place: string;
  onPlace: (id: string) => void;
  onPick: (type: string) => void;
  onCancel: () => void;
  onLeave: () => void;
}

/** The search for the next step, in the gap where it will land, below a ghost of it. */
export function AddStep({ places, place, onPlace, onPick, onCancel, onLeave }: AddStepProps) {
  const types = useOfferedTypes();
  const catalog = useDesigner((state) => state.catalog);
  const [highlighted, setHighlighted] = useState(types[0]?.name ?? "");
  const popup = useRef<HTMLDivElement>(null);
  const ghost = catalog.get(highlighted);
  useEffect(() => {
    popup.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  return (
    <div className="fd-list-ghost">
      <div className="fd-ghost bg-card">
        {ghost && <FamilyIcon icon={ghost.icon} family={ghost.family} />}
        <span className="truncate font-semibold text-[14.5px]">{ghost?.title ?? "…"}</span>
      </div>
      <div ref={popup} className="fd-list-search">
        <TypeSearch
          types={types}
          places={places}
          placesLabel="Where it goes"
          place={place}
          onPlace={onPlace}
          onHighlight={setHighlighted}
          onPick={onPick}
          onCancel={onCancel}
          onLeave={onLeave}
        />
      </div>
    </div>
  );
}
