import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { useLocation } from "wouter";
import type { WorkflowTemplate } from "@/api/types";
import { LoadError } from "@/live/LoadError";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { SkeletonRows } from "@/ui/Skeleton";
import { toastError } from "@/ui/toast";
import { createWorkflow, kindLabel, templatesQuery } from "./api";

/** Workflows that run as they are, to begin with. */
export function TemplateCards() {
  const { data: templates, isPending, isError, error, refetch } = useQuery(templatesQuery);
  const [, navigate] = useLocation();
  const creation = useMutation({
    mutationFn: (template: WorkflowTemplate) =>
      createWorkflow(template.title, template.kind, template.id),
    onSuccess: (workflow) => navigate(`/workflows/${workflow.id}`),
    onError: (failure) => toastError(failure, "The template could not be used"),
  });
  if (isPending) {
    return <SkeletonRows count={2} />;
  }
  if (isError) {
    return <LoadError error={error} onRetry={() => refetch()} />;
  }
  return (
    <ul aria-label="Templates" className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
      {templates.map((template) => (
        <li
          key={template.id}
          className="flex flex-col rounded-xl border bg-card p-4 text-left shadow-card"
        >
          <div className="flex items-start justify-between gap-2">
            <h3 className="font-semibold text-sm">{template.title}</h3>
            <Badge>{kindLabel(template.kind)}</Badge>
          </div>
          <p className="mt-1 mb-4 flex-1 text-[13px] text-muted-foreground">
            {template.description}
          </p>
          <Button
            className="self-start"
            isBusy={creation.isPending && creation.variables.id === template.id}
            disabled={creation.isPending}
            onClick={() => creation.mutate(template)}
          >
            Use this template <span className="sr-only">{template.title}</span>
            <ArrowRight aria-hidden />
          </Button>
        </li>
      ))}
    </ul>
  );
}
