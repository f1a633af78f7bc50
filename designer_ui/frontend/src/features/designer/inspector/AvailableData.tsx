import { ChevronRight, Copy } from "lucide-react";
import type { ExpressionName } from "@/documents/names";
import { useExpressionScope } from "@/forms/PreviewContext";
import { toast } from "@/ui/toast";

function groupByOrigin(names: readonly ExpressionName[]): [string, ExpressionName[]][] {
  const groups = new Map<string, ExpressionName[]>();
  for (const name of names) groups.set(name.origin, [...(groups.get(name.origin) ?? []), name]);
  return [...groups];
}

/** Every name that an expression here may use; a click copies it. */
export function AvailableData() {
  const { names } = useExpressionScope();
  const copy = async (path: string) => {
    await navigator.clipboard.writeText(path);
    toast.success(`Copied ${path}`);
  };
  return (
    <details className="group border-t">
      <summary className="flex cursor-pointer list-none items-center gap-1.5 px-4 py-2.5 font-medium text-[13px] hover:bg-muted">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        Data that is available here
        <span className="ml-auto text-muted-foreground text-xs tabular">{names.length}</span>
      </summary>
      <div className="space-y-3 px-4 pb-4">
        {groupByOrigin(names).map(([origin, group]) => (
          <section key={origin} aria-label={origin}>
            <h4 className="mb-1 text-[11.5px] text-muted-foreground">{origin}</h4>
            <ul>
              {group.map((name) => (
                <li key={name.path}>
                  <button
                    type="button"
                    aria-label={`Copy ${name.path}`}
                    onClick={() => void copy(name.path)}
                    className="group/name flex w-full items-baseline gap-2 rounded px-1.5 py-0.5 text-left hover:bg-accent"
                  >
                    <code className="truncate font-mono text-xs">{name.path}</code>
                    <span className="ml-auto shrink-0 text-[11px] text-muted-foreground">
                      {name.type}
                    </span>
                    <Copy
                      aria-hidden
                      className="size-3 shrink-0 self-center opacity-0 group-hover/name:opacity-100"
                    />
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </details>
  );
}
