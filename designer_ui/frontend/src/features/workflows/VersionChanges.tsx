import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { DiffField, DiffPart, StructureDiff } from "@/api/types";
import { LoadError } from "@/live/LoadError";
import { Select } from "@/ui/Field";
import { SkeletonRows } from "@/ui/Skeleton";
import { changesQuery, versionListQuery } from "./api";

const DRAFT = "draft";

/** What differs between a version and another one or the draft, always from the older to the newer. */
export function VersionChanges({ workflowId, number }: { workflowId: string; number: number }) {
  const versions = useQuery(versionListQuery(workflowId));
  const [chosen, setChosen] = useState<string | null>(null);
  const others = (versions.data?.items ?? []).map((v) => v.number).filter((n) => n !== number);
  const before = others.find((n) => n < number);
  const other = chosen ?? (before === undefined ? DRAFT : String(before));
  const [from, to] =
    other === DRAFT
      ? ([number, DRAFT] as const)
      : ([Math.min(number, Number(other)), Math.max(number, Number(other))] as const);
  const query = useQuery({ ...changesQuery(workflowId, from, to), enabled: versions.isSuccess });
  return (
    <aside
      aria-label="Changes"
      className="scroll-thin max-h-[45%] shrink-0 overflow-y-auto border-t bg-card p-4 md:max-h-none md:w-88 md:border-t-0 md:border-l"
    >
      <h2 className="mb-2 font-semibold text-[13px]">
        Changes from version {from} to {to === DRAFT ? "the draft" : `version ${to}`}
      </h2>
      <Select
        aria-label="Compare with"
        value={other}
        onValueChange={setChosen}
        options={[
          ...others.map((n) => ({ value: String(n), label: `Compare with version ${n}` })),
          { value: DRAFT, label: "Compare with the draft" },
        ]}
      />
      <div className="mt-4 space-y-4">
        {query.isPending && <SkeletonRows count={3} />}
        {query.isError && <LoadError error={query.error} onRetry={() => query.refetch()} />}
        {query.data && <Changes changes={query.data} />}
      </div>
    </aside>
  );
}

function Changes({ changes }: { changes: StructureDiff }) {
  const { added, removed, changed, fields, moved } = changes;
  const isSame = added.length + removed.length + changed.length + fields.length === 0;
  return (
    <>
      {isSame && <p className="text-[13px] text-muted-foreground">Both run the same.</p>}
      <Group title="Added" parts={added} />
      <Group title="Removed" parts={removed} />
      {changed.map(({ part, fields: own }) => (
        <Section key={`${part.kind} ${part.id}`} title={`Changed: ${part.title}`}>
          <Fields fields={own} />
        </Section>
      ))}
      {fields.length > 0 && (
        <Section title="The workflow itself">
          <Fields fields={fields} />
        </Section>
      )}
      {moved.length > 0 && (
        <p className="text-muted-foreground text-xs">Drawn elsewhere: {moved.join(", ")}</p>
      )}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-1.5">
      <h3 className="font-medium text-[13px]">{title}</h3>
      {children}
    </section>
  );
}

function Group({ title, parts }: { title: string; parts: readonly DiffPart[] }) {
  return parts.length === 0 ? null : (
    <Section title={title}>
      <ul className="space-y-0.5 text-[13px]">
        {parts.map((part) => (
          <li key={`${part.kind} ${part.id}`} className="flex items-baseline gap-2">
            <span className="w-9 shrink-0 text-muted-foreground text-xs">
              {part.kind === "edge" ? "Edge" : "Node"}
            </span>
            <span className="min-w-0 break-words">{part.title}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Fields({ fields }: { fields: readonly DiffField[] }) {
  return (
    <dl className="space-y-2">
      {fields.map(({ field, old, new: now }) => (
        <div key={field} className="rounded-md border text-xs">
          <dt className="border-b px-2 py-1 font-mono text-muted-foreground">{field}</dt>
          <dd className="space-y-1 px-2 py-1.5 font-mono">
            <p className="break-words">
              <span className="sr-only">Before: </span>
              <span aria-hidden className="mr-1 text-status-failed">
                −
              </span>
              {textOf(old)}
            </p>
            <p className="break-words">
              <span className="sr-only">After: </span>
              <span aria-hidden className="mr-1 text-status-succeeded">
                +
              </span>
              {textOf(now)}
            </p>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) {
    return "nothing";
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
