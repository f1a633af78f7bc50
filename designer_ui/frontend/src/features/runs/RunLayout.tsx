import { ChevronDown, ChevronUp } from "lucide-react";
import { useState } from "react";
import type { RunDetail } from "@/api/types";
import { cn } from "@/ui/cn";
import { IconButton } from "@/ui/IconButton";
import { TabPanel, Tabs } from "@/ui/Tabs";
import { NodePanel } from "./NodePanel";
import { RunCanvasPane } from "./RunCanvasPane";
import { RunData } from "./RunData";
import { RunJournal } from "./RunJournal";
import { RunTimeline } from "./RunTimeline";
import type { ShownNode } from "./useNodeInUrl";

const PANEL_WIDTH = 400;

interface RunLayoutProps {
  run: RunDetail;
  node: ShownNode | null;
  onNode: (node: ShownNode | null) => void;
}

type DrawerTab = "timeline" | "journal" | "data";

const DRAWER_TABS: readonly { value: DrawerTab; label: string }[] = [
  { value: "timeline", label: "Timeline" },
  { value: "journal", label: "Journal" },
  { value: "data", label: "Input and output" },
];

const NARROW_TABS: readonly { value: DrawerTab | "diagram"; label: string }[] = [
  ...DRAWER_TABS,
  { value: "diagram", label: "Diagram" },
];

/** The canvas above, the drawer below, the node's panel over the canvas at the right. */
export function RunWide({ run, node, onNode }: RunLayoutProps) {
  const [isOpen, setOpen] = useState(true);
  const select = (nodeId: string | null) => onNode(nodeId ? { nodeId, visit: null } : null);
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div className="relative min-h-0 flex-1">
        <RunCanvasPane
          run={run}
          selected={node?.nodeId ?? null}
          onSelect={select}
          coveredWidth={node ? PANEL_WIDTH : 0}
        />
      </div>
      <div
        className={cn("flex shrink-0 flex-col border-t bg-card", isOpen && "h-[38%] min-h-48")}
        style={node ? { marginRight: PANEL_WIDTH } : undefined}
      >
        <Drawer run={run} node={node} onNode={onNode} isOpen={isOpen} onOpenChange={setOpen} />
      </div>
      {node && (
        <div
          className="absolute inset-y-0 right-0 z-10 animate-in border-l shadow-raised"
          style={{ width: PANEL_WIDTH }}
        >
          <OpenNode run={run} node={node} onNode={onNode} />
        </div>
      )}
    </div>
  );
}

interface DrawerProps extends RunLayoutProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

function Drawer({ run, node, onNode, isOpen, onOpenChange }: DrawerProps) {
  const [tab, setTab] = useState<DrawerTab>("timeline");
  return (
    <Tabs
      label="About the run"
      value={tab}
      onChange={(next) => {
        setTab(next);
        onOpenChange(true);
      }}
      tabs={DRAWER_TABS}
      className="h-full"
      aside={
        <IconButton
          label={isOpen ? "Fold the drawer" : "Open the drawer"}
          size="icon-sm"
          aria-expanded={isOpen}
          onClick={() => onOpenChange(!isOpen)}
        >
          {isOpen ? <ChevronDown /> : <ChevronUp />}
        </IconButton>
      }
    >
      {isOpen && (
        <TabPanel value={tab} className="scroll-thin overflow-y-auto">
          <DrawerPart tab={tab} run={run} node={node} onNode={onNode} />
        </TabPanel>
      )}
    </Tabs>
  );
}

function DrawerPart({ tab, run, node, onNode }: RunLayoutProps & { tab: DrawerTab }) {
  const select = (nodeId: string, visit: number) => onNode({ nodeId, visit });
  switch (tab) {
    case "timeline":
      return <RunTimeline run={run} selected={node?.nodeId ?? null} onSelect={select} />;
    case "journal":
      return <RunJournal run={run} onSelect={select} />;
    case "data":
      return <RunData run={run} />;
  }
}

/** One thing at a time, in tabs; a node covers them until it is closed. */
export function RunNarrow({ run, node, onNode }: RunLayoutProps) {
  const [tab, setTab] = useState<DrawerTab | "diagram">("timeline");
  if (node) {
    return (
      <div className="min-h-0 flex-1">
        <OpenNode run={run} node={node} onNode={onNode} />
      </div>
    );
  }
  return (
    <Tabs
      label="About the run"
      value={tab}
      onChange={setTab}
      tabs={NARROW_TABS}
      className="flex-1 bg-card"
    >
      <TabPanel value={tab} className="scroll-thin overflow-y-auto">
        {tab === "diagram" ? (
          <RunCanvasPane
            run={run}
            selected={null}
            onSelect={(nodeId) => nodeId && onNode({ nodeId, visit: null })}
            coveredWidth={0}
          />
        ) : (
          <DrawerPart tab={tab} run={run} node={node} onNode={onNode} />
        )}
      </TabPanel>
    </Tabs>
  );
}

function OpenNode({ run, node, onNode }: RunLayoutProps & { node: ShownNode }) {
  return (
    <NodePanel
      key={node.nodeId}
      run={run}
      nodeId={node.nodeId}
      visit={node.visit}
      onVisit={(visit) => onNode({ nodeId: node.nodeId, visit })}
      onClose={() => onNode(null)}
    />
  );
}
