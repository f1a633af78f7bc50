import { ChevronRight } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { workOf } from "@/bulk/parts";
import type { Part } from "@/documents/types";
import { useEditConfig } from "../inspector/useEditConfig";
import { useProblemAt } from "../inspector/useProblemAt";
import { BatchFields } from "./BatchFields";
import { ProcessorFields } from "./ProcessorFields";
import { ResultFields } from "./ResultFields";
import { SourceFields } from "./SourceFields";
import type { WorkForm } from "./workForm";

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details open className="group">
      <summary className="flex cursor-pointer list-none items-center gap-1.5 py-1 font-semibold text-[13px]">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        {title}
      </summary>
      <div className="space-y-4 pt-2 pb-1">{children}</div>
    </details>
  );
}

/** The settings of a map node: those of a bulk job, one below the other. */
export function MapForm({ node }: { node: Part }) {
  const edit = useEditConfig(node.id);
  const problemAt = useProblemAt(node);
  const work = useMemo(() => workOf(node.config), [node.config]);
  const form: WorkForm = {
    work,
    edit: (patch) => edit({ ...patch }),
    errorOf: (path) => problemAt(`config.${path}`),
  };
  return (
    <div className="space-y-3 px-4 py-4">
      <Section title="Items">
        <SourceFields form={form} />
      </Section>
      <Section title="What is done with them">
        <ProcessorFields form={form} partId={node.id} />
      </Section>
      <Section title="Batches and failures">
        <BatchFields form={form} />
      </Section>
      <Section title="Result">
        <ResultFields form={form} />
      </Section>
    </div>
  );
}
