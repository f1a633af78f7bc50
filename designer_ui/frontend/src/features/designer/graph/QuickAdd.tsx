import { useViewport } from "@xyflow/react";
import { type RefObject, useEffect, useMemo, useState } from "react";
import type { CanvasInstance } from "@/canvas/FlowCanvas";
import type { Ghost } from "@/canvas/types";
import { asGraph, getNode, isPortUsed } from "@/graph/document";
import { sizeOf } from "@/graph/geometry";
import { portsOf } from "@/graph/ports";
import type { NodeType } from "@/graph/types";
import {
  type QuickAddRequest,
  useDesigner,
  useDesignerStore,
  useDocument,
  useOfferedTypes,
} from "../store/designerStore";
import { type SearchPlace, TypeSearch } from "../TypeSearch";
import { addNode, planPlace } from "./actions";
import { focusNode, reveal } from "./viewport";

const POPUP = { width: 320, height: 330 };
const GHOST = sizeOf("ghost", []);

interface QuickAddProps {
  request: QuickAddRequest;
  instance: CanvasInstance | null;
  region: RefObject<HTMLDivElement | null>;
  onGhost: (ghost: Ghost | null) => void;
}

function useChoices(request: QuickAddRequest): NodeType[] {
  const offered = useOfferedTypes();
  return useMemo(() => {
    if (!request.source && !request.edgeId) {
      // An empty canvas begins with the start.
      return offered.toSorted((a, b) => Number(b.name === "start") - Number(a.name === "start"));
    }
    return offered.filter((type) => type.name !== "start" && type.name !== "note");
  }, [offered, request.source, request.edgeId]);
}

function usePorts(request: QuickAddRequest): SearchPlace[] {
  const document = asGraph(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  return useMemo(() => {
    const node = request.source ? getNode(document, request.source) : undefined;
    if (!node || request.edgeId) return [];
    return portsOf(catalog, node).map((port) => ({
      id: port.id,
      label: port.label || "Next",
      isUsed: isPortUsed(document, node.id, port.id),
    }));
  }, [document, catalog, request.source, request.edgeId]);
}

/** The search that adds the next node: type, see the ghost, press Enter. */
export function QuickAdd({ request, instance, region, onGhost }: QuickAddProps) {
  const store = useDesignerStore();
  const document = asGraph(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const choices = useChoices(request);
  const ports = usePorts(request);
  const [highlighted, setHighlighted] = useState(choices[0]?.name ?? "");
  const [port, setPort] = useState(request.port ?? ports[0]?.id ?? null);
  const viewport = useViewport();
  const active = useMemo<QuickAddRequest>(() => ({ ...request, port }), [request, port]);

  const place = useMemo(
    () => planPlace(document, catalog, highlighted, active),
    [document, catalog, highlighted, active],
  );

  useEffect(() => {
    const type = catalog.get(highlighted);
    if (!type) return;
    onGhost({
      source: active.source,
      sourcePort: active.port,
      position: place,
      title: type.title,
      family: type.family,
      icon: type.icon,
    });
    if (!instance || !region.current) return;
    const { zoom } = instance.getViewport();
    const room = { bottom: POPUP.height, right: Math.max(0, POPUP.width - GHOST.width * zoom) };
    reveal(instance, region.current, { ...place, ...GHOST }, room);
  }, [catalog, highlighted, place, active, onGhost, instance, region]);

  useEffect(() => () => onGhost(null), [onGhost]);

  const close = () => {
    store.setState({ quickAdd: null });
    if (request.source) focusNode(region.current, request.source);
    else region.current?.focus({ preventScroll: true });
  };
  const add = (type: string) => {
    const id = addNode(store, type, active);
    store.setState({ quickAdd: null });
    focusNode(region.current, id);
  };
  return (
    <div
      className="absolute z-30"
      style={{
        left: place.x * viewport.zoom + viewport.x,
        top: (place.y + GHOST.height) * viewport.zoom + viewport.y + 10,
      }}
    >
      <TypeSearch
        types={choices}
        places={ports}
        placesLabel="From which output"
        place={port}
        onPlace={setPort}
        onHighlight={setHighlighted}
        onPick={add}
        onCancel={close}
        onLeave={() => store.setState({ quickAdd: null })}
      />
    </div>
  );
}
