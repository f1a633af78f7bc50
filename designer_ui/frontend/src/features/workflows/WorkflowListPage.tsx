import { useInfiniteQuery } from "@tanstack/react-query";
import { FileUp, Plus, SearchX, Workflow as WorkflowIcon } from "lucide-react";
import { useMemo, useState } from "react";
import { usePermission } from "@/api/queries";
import { type Command, useCommands } from "@/app/commands";
import { PageBody, PageHeader } from "@/app/PageHeader";
import { DelayedSearch } from "@/live/DelayedSearch";
import { LoadError } from "@/live/LoadError";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { Select } from "@/ui/Field";
import { Keycaps } from "@/ui/Keycaps";
import { SkeletonRows } from "@/ui/Skeleton";
import { KINDS, type WorkflowFilters, workflowListQuery } from "./api";
import { ImportDialog } from "./ImportDialog";
import { NewWorkflowDialog } from "./NewWorkflowDialog";
import { TemplateCards } from "./TemplateCards";
import { useWorkflowFilters } from "./useWorkflowFilters";
import { WorkflowColumnNames, WorkflowRow } from "./WorkflowRow";

const SEARCH_ID = "workflow-search";

type OpenDialog = "none" | "new" | "import";

/** All workflows, with what became of their last runs. */
export default function WorkflowListPage() {
  const [filters, changeFilters] = useWorkflowFilters();
  const [dialog, setDialog] = useState<OpenDialog>("none");
  const query = useInfiniteQuery(workflowListQuery(filters));
  const workflows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const mayAdd = usePermission("add_workflow");
  useListCommands(mayAdd, setDialog);
  const close = (isOpen: boolean) => !isOpen && setDialog("none");
  const isNarrowed = filters.search !== "" || filters.kind !== "" || filters.isArchived;
  return (
    <>
      <PageHeader
        breadcrumb={[{ label: "Workflows" }]}
        actions={
          mayAdd && (
            <>
              <Button onClick={() => setDialog("import")}>
                <FileUp aria-hidden /> Import
              </Button>
              <Button variant="primary" onClick={() => setDialog("new")} aria-keyshortcuts="Alt+N">
                <Plus aria-hidden /> New workflow
              </Button>
            </>
          )
        }
      />
      <PageBody className="max-w-7xl">
        {(workflows.length > 0 || isNarrowed) && (
          <FilterBar filters={filters} onChange={changeFilters} />
        )}
        {query.isPending && <SkeletonRows />}
        {query.isError && workflows.length === 0 && (
          <LoadError error={query.error} onRetry={() => query.refetch()} />
        )}
        {query.isSuccess &&
          workflows.length === 0 &&
          (isNarrowed ? (
            <NothingFound
              filters={filters}
              onClear={() => changeFilters({ search: "", kind: "", isArchived: false })}
            />
          ) : (
            <FirstUse mayAdd={mayAdd} onNew={() => setDialog("new")} />
          ))}
        {workflows.length > 0 && (
          <div className="overflow-hidden rounded-xl border bg-card shadow-card">
            <WorkflowColumnNames />
            <ul aria-label="Workflows">
              {workflows.map((workflow) => (
                <WorkflowRow key={workflow.id} workflow={workflow} />
              ))}
            </ul>
          </div>
        )}
        {query.hasNextPage && (
          <div className="mt-4 flex justify-center">
            <Button isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              Show more workflows
            </Button>
          </div>
        )}
      </PageBody>
      {dialog === "new" && <NewWorkflowDialog isOpen onOpenChange={close} />}
      {dialog === "import" && <ImportDialog isOpen onOpenChange={close} />}
    </>
  );
}

function useListCommands(mayAdd: boolean, open: (dialog: OpenDialog) => void): void {
  const commands = useMemo<Command[]>(
    () => [
      {
        id: "workflows.new",
        title: "New workflow",
        group: "Workflows",
        keys: ["Alt+N"],
        isDisabled: !mayAdd,
        run: () => open("new"),
      },
      {
        id: "workflows.import",
        title: "Import a workflow",
        group: "Workflows",
        keys: ["Alt+I"],
        isDisabled: !mayAdd,
        run: () => open("import"),
      },
      {
        id: "workflows.search",
        title: "Search the workflows",
        group: "Workflows",
        keys: ["Alt+F"],
        run: () => document.getElementById(SEARCH_ID)?.focus(),
      },
    ],
    [mayAdd, open],
  );
  useCommands("workflows", commands);
}

function FilterBar({
  filters,
  onChange,
}: {
  filters: WorkflowFilters;
  onChange: (changes: Partial<WorkflowFilters>) => void;
}) {
  return (
    <search className="mb-4 grid grid-cols-2 gap-2 sm:flex" aria-label="Filters">
      <div className="relative col-span-2 sm:w-80">
        <DelayedSearch
          id={SEARCH_ID}
          aria-label="Search workflows"
          placeholder="Search workflows"
          value={filters.search}
          onValueChange={(search) => onChange({ search })}
        />
        {filters.search === "" && (
          <Keycaps
            chord="Alt+F"
            className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-2.5 max-sm:hidden"
          />
        )}
      </div>
      <Select
        aria-label="Kind"
        className="sm:w-40"
        value={filters.kind}
        onValueChange={(kind) => onChange({ kind: kind as WorkflowFilters["kind"] })}
        options={[{ value: "", label: "All kinds" }, ...KINDS]}
      />
      <Select
        aria-label="Show"
        className="sm:w-36"
        value={filters.isArchived ? "archived" : "active"}
        onValueChange={(shown) => onChange({ isArchived: shown === "archived" })}
        options={[
          { value: "active", label: "Active" },
          { value: "archived", label: "Archived" },
        ]}
      />
    </search>
  );
}

function NothingFound({ filters, onClear }: { filters: WorkflowFilters; onClear: () => void }) {
  return (
    <EmptyState
      icon={SearchX}
      title={filters.isArchived ? "No archived workflow" : "No workflow matches"}
      action={<Button onClick={onClear}>Show all workflows</Button>}
    >
      {filters.search
        ? `Nothing is called “${filters.search}” here.`
        : "Choose another kind, or show all of them."}
    </EmptyState>
  );
}

function FirstUse({ mayAdd, onNew }: { mayAdd: boolean; onNew: () => void }) {
  if (!mayAdd) {
    return (
      <EmptyState icon={WorkflowIcon} title="There is no workflow yet">
        When somebody draws one, it shows up here.
      </EmptyState>
    );
  }
  return (
    <div>
      <EmptyState
        icon={WorkflowIcon}
        title="Draw your first workflow"
        className="pt-10 pb-8"
        action={
          <Button variant="primary" onClick={onNew}>
            <Plus aria-hidden /> Start with an empty canvas
          </Button>
        }
      >
        Or begin with one of these: each runs as it is, and you can change every step.
      </EmptyState>
      <TemplateCards />
    </div>
  );
}
