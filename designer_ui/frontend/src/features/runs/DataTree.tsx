import { type ReactNode, useId } from "react";
import { isRecord, shapeOf, summaryOf, textOf } from "./dataShape";

const DEEPEST = 4;
const MOST_ROWS = 100;

/** Data as people read it: fields with names, alike rows as a table, the rest as lists. */
export function DataTree({ value, label }: { value: unknown; label: string }) {
  return (
    <div className="text-sm">
      <Value value={value} label={label} depth={0} />
    </div>
  );
}

function Value({
  value,
  label,
  depth,
}: {
  value: unknown;
  label: string;
  depth: number;
}): ReactNode {
  const shape = shapeOf(value);
  if (shape.kind === "nothing") {
    return <span className="text-muted-foreground">none</span>;
  }
  if (shape.kind === "text") {
    return <span className="whitespace-pre-wrap break-words">{shape.text}</span>;
  }
  if (depth >= DEEPEST) {
    return <code className="break-all font-mono text-xs">{JSON.stringify(value)}</code>;
  }
  if (shape.kind === "fields") {
    return <Fields fields={shape.fields} depth={depth} />;
  }
  if (shape.kind === "table") {
    return <Table columns={shape.columns} rows={shape.rows} label={label} />;
  }
  return <List items={shape.items} depth={depth} />;
}

function Fields({
  fields,
  depth,
}: {
  fields: readonly (readonly [string, unknown])[];
  depth: number;
}) {
  return (
    <dl className={depth === 0 ? "divide-y divide-border" : "border-border border-l-2 pl-3"}>
      {fields.map(([name, value]) => {
        const isPlain = shapeOf(value).kind === "text" || shapeOf(value).kind === "nothing";
        return (
          <div
            key={name}
            className={isPlain ? "grid grid-cols-[minmax(6rem,35%)_1fr] gap-3 py-1.5" : "py-1.5"}
          >
            <dt className="break-words text-muted-foreground">{name}</dt>
            <dd className={isPlain ? "min-w-0" : "mt-1 min-w-0"}>
              <Value value={value} label={name} depth={depth + 1} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function Table({
  columns,
  rows,
  label,
}: {
  columns: readonly string[];
  rows: readonly Readonly<Record<string, unknown>>[];
  label: string;
}) {
  const captionId = useId();
  return (
    <section
      className="scroll-thin overflow-x-auto rounded-md border"
      aria-labelledby={captionId}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <table className="w-full text-left text-[13px]">
        <caption id={captionId} className="sr-only">
          {label}
        </caption>
        <thead className="bg-muted text-muted-foreground">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="whitespace-nowrap px-2.5 py-1.5 font-medium">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-border">
          {rows.slice(0, MOST_ROWS).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of data have no identity but their place
            <tr key={index}>
              {columns.map((column) => (
                <td
                  key={column}
                  className="max-w-64 truncate px-2.5 py-1.5"
                  title={titleOf(row[column])}
                >
                  {summaryOf(row[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <More count={rows.length - MOST_ROWS} />
    </section>
  );
}

function List({ items, depth }: { items: readonly unknown[]; depth: number }) {
  return (
    <ol className="space-y-1">
      {items.slice(0, MOST_ROWS).map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items of data have no identity but their place
        <li key={index} className={isRecord(item) ? "py-1" : undefined}>
          <Value value={item} label={`Item ${index + 1}`} depth={depth + 1} />
        </li>
      ))}
      <More count={items.length - MOST_ROWS} />
    </ol>
  );
}

function More({ count }: { count: number }) {
  return count > 0 ? (
    <p className="px-2.5 py-1.5 text-muted-foreground">and {count.toLocaleString("en-GB")} more</p>
  ) : null;
}

function titleOf(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : textOf(value);
}
