import { ChevronDown } from "lucide-react";
import { Badge } from "@/ui/Badge";
import { cn } from "@/ui/cn";
import { IconButton } from "@/ui/IconButton";
import type { CanvasHandle } from "../canvasHandle";
import { ProblemList } from "../ProblemList";
import { type DrawerTab, useDesigner, useDesignerStore } from "../store/designerStore";
import { LastRunPanel } from "./LastRunPanel";
import { TestDataPanel } from "./TestDataPanel";

const tabs: { value: DrawerTab; label: string }[] = [
  { value: "problems", label: "Problems" },
  { value: "test-data", label: "Test data" },
  { value: "last-run", label: "Last run" },
];

/** The drawer below the canvas. Closed, only its tabs are seen. */
export function Drawer({ canvas }: { canvas: CanvasHandle | null }) {
  const store = useDesignerStore();
  const open = useDesigner((state) => state.drawer);
  const problems = useDesigner((state) => state.problems);
  return (
    <section aria-label="Drawer" data-drawer className="shrink-0 border-t bg-card">
      <div className="flex h-9 items-center px-2">
        <div role="tablist" aria-label="Drawer" className="flex gap-1">
          {tabs.map((tab) => (
            <button
              key={tab.value}
              type="button"
              role="tab"
              id={`drawer-tab-${tab.value}`}
              aria-selected={open === tab.value}
              aria-controls={open === tab.value ? "drawer-panel" : undefined}
              onClick={() => store.setState({ drawer: open === tab.value ? null : tab.value })}
              className={cn(
                "inline-flex h-7 items-center gap-1.5 rounded-md px-2.5 font-medium text-[12.5px] text-muted-foreground hover:bg-accent hover:text-foreground",
                open === tab.value && "bg-accent text-foreground",
              )}
            >
              {tab.label}
              {tab.value === "problems" && problems.length > 0 && (
                <Badge className="border-status-invalid text-status-invalid tabular">
                  {problems.length}
                </Badge>
              )}
            </button>
          ))}
        </div>
        {open && (
          <IconButton
            label="Close the drawer"
            size="icon-sm"
            side="top"
            className="ml-auto"
            onClick={() => store.setState({ drawer: null })}
          >
            <ChevronDown />
          </IconButton>
        )}
      </div>
      {open && (
        <div
          id="drawer-panel"
          role="tabpanel"
          aria-labelledby={`drawer-tab-${open}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
          tabIndex={0}
          className="scroll-thin h-56 overflow-y-auto border-t outline-none"
        >
          {open === "problems" &&
            (problems.length > 0 ? (
              <ProblemList problems={problems} onPick={(problem) => canvas?.showProblem(problem)} />
            ) : (
              <p className="px-4 py-6 text-[13px] text-muted-foreground">
                No problems. They are looked for each time the draft is saved.
              </p>
            ))}
          {open === "test-data" && <TestDataPanel />}
          {open === "last-run" && <LastRunPanel />}
        </div>
      )}
    </section>
  );
}
