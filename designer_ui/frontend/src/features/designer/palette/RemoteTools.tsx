import { usePermission } from "@/api/queries";
import type { RemoteTool } from "@/api/types";
import { FamilyIcon } from "@/canvas/FamilyIcon";
import { useToolGroups } from "@/features/connections/useTools";
import type { NodePreset } from "../canvasHandle";

interface RemoteToolsProps {
  search: string;
  onAdd: (preset: NodePreset) => void;
}

const fits = (tool: RemoteTool, term: string): boolean =>
  `${tool.title} ${tool.name} ${tool.description}`.toLowerCase().includes(term);

/** Tools of connected servers, a group each; one becomes a tool node that is set up for it. */
export function RemoteTools({ search, onAdd }: RemoteToolsProps) {
  const groups = useToolGroups(usePermission("view_connection"));
  const term = search.trim().toLowerCase();
  return groups.map(({ connection, tools }) => {
    const shown = tools.filter((tool) => fits(tool, term));
    if (shown.length === 0) return null;
    return (
      <section key={connection.id} aria-label={connection.title} className="pt-2">
        <h2 className="px-2 pb-1 font-semibold text-[11px] text-muted-foreground uppercase tracking-wide">
          {connection.title}
        </h2>
        {shown.map((tool) => (
          <button
            key={tool.name}
            type="button"
            title={tool.description}
            className="flex w-full items-center gap-2.5 rounded-lg border border-transparent px-2 py-1.5 text-left hover:border-border hover:bg-muted"
            onClick={() =>
              onAdd({
                title: tool.title,
                config: { source: "mcp", connection: connection.name, tool: tool.name },
              })
            }
          >
            <FamilyIcon icon="wrench" family="ai" className="size-8" />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium text-[13px] leading-4.5">
                {tool.title}
              </span>
              <span className="block truncate text-[11.5px] text-muted-foreground leading-4">
                {tool.description}
              </span>
            </span>
          </button>
        ))}
      </section>
    );
  });
}
