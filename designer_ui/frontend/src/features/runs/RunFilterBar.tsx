import { useQuery } from "@tanstack/react-query";
import { AlarmClock, TriangleAlert, Workflow, X } from "lucide-react";
import { useId } from "react";
import { api, unwrap } from "@/api/client";
import { keys, workflowNamesQuery } from "@/api/queries";
import { DelayedSearch } from "@/live/DelayedSearch";
import type { RunStatus } from "@/live/types";
import { Button } from "@/ui/Button";
import { cn } from "@/ui/cn";
import { Input, Select } from "@/ui/Field";
import { statusLook } from "@/ui/status";
import { clockOf, dayOf, hasFilters, NO_FILTERS, RUN_STATUSES, type RunFilters } from "./filters";

const toggleClass =
  "inline-flex h-7.5 shrink-0 items-center gap-1.5 rounded-full border px-2.5 font-medium text-xs transition-colors";

const TROUBLES = [
  { value: "stuck", label: "Stuck", icon: TriangleAlert },
  { value: "overdue", label: "Overdue", icon: AlarmClock },
] as const;

interface RunFilterBarProps {
  filters: RunFilters;
  onChange: (changes: Partial<RunFilters>) => void;
}

/** All that the list can be narrowed by, always in sight. */
export function RunFilterBar({ filters, onChange }: RunFilterBarProps) {
  return (
    <section aria-label="Filters" className="mb-4 space-y-2.5">
      <div className="-mx-4 sm:mx-0 flex items-center gap-1.5 overflow-x-auto px-4 py-0.5 [scrollbar-width:none] sm:flex-wrap sm:px-0">
        {RUN_STATUSES.map((status) => (
          <StatusToggle
            key={status}
            status={status}
            isOn={filters.status.includes(status)}
            onToggle={() => onChange({ status: toggled(filters.status, status) })}
          />
        ))}
        {TROUBLES.map(({ value, label, icon: Icon }) => (
          <button
            key={value}
            type="button"
            aria-pressed={filters.trouble === value}
            onClick={() => onChange({ trouble: filters.trouble === value ? "" : value })}
            className={cn(
              toggleClass,
              filters.trouble === value
                ? "border-status-invalid bg-card text-status-invalid"
                : "text-muted-foreground hover:bg-accent",
            )}
          >
            <Icon aria-hidden className="size-3.5 text-status-invalid" />
            {label}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={filters.hasChildren}
          title="Also runs that steps of other runs started"
          onClick={() => onChange({ hasChildren: !filters.hasChildren })}
          className={cn(
            toggleClass,
            filters.hasChildren
              ? "border-primary bg-card text-primary"
              : "text-muted-foreground hover:bg-accent",
          )}
        >
          <Workflow aria-hidden className="size-3.5" />
          Including child runs
        </button>
        {hasFilters(filters) && (
          <Button variant="ghost" size="sm" onClick={() => onChange(NO_FILTERS)}>
            <X aria-hidden /> Clear filters
          </Button>
        )}
      </div>
      <div className="grid grid-cols-2 gap-2 md:grid-cols-[minmax(10rem,1.4fr)_minmax(8rem,1fr)_minmax(9rem,1.2fr)_8.5rem_auto_auto]">
        <DelayedSearch
          aria-label="Search runs"
          placeholder="Search"
          value={filters.search}
          onValueChange={(search) => onChange({ search })}
        />
        <DelayedSearch
          aria-label="Business key"
          placeholder="Business key"
          value={filters.businessKey}
          onValueChange={(businessKey) => onChange({ businessKey })}
        />
        <WorkflowSelect filters={filters} onChange={onChange} />
        <VersionSelect filters={filters} onChange={onChange} />
        <DayInput label="From" value={filters.from} onChange={(from) => onChange({ from })} />
        <DayInput label="To" value={filters.to} onChange={(to) => onChange({ to })} />
      </div>
    </section>
  );
}

function StatusToggle({
  status,
  isOn,
  onToggle,
}: {
  status: RunStatus;
  isOn: boolean;
  onToggle: () => void;
}) {
  const { icon: Icon, label, token } = statusLook(status);
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onToggle}
      className={cn(
        toggleClass,
        isOn ? "bg-card" : "bg-transparent text-muted-foreground hover:bg-accent",
      )}
      style={
        isOn
          ? {
              color: `var(${token})`,
              borderColor: `var(${token})`,
              background: `color-mix(in oklab, var(${token}) 6%, var(--card))`,
            }
          : undefined
      }
    >
      <Icon aria-hidden className="size-3.5" style={{ color: `var(${token})` }} />
      {label}
    </button>
  );
}

function WorkflowSelect({ filters, onChange }: RunFilterBarProps) {
  const { data } = useQuery(workflowNamesQuery);
  const known = data?.items ?? [];
  const isKnown = filters.workflow === "" || known.some(({ id }) => id === filters.workflow);
  return (
    <Select
      aria-label="Workflow"
      value={filters.workflow}
      onValueChange={(workflow) => onChange({ workflow, version: "" })}
      options={[
        { value: "", label: "All workflows" },
        ...known.map(({ id, title }) => ({ value: id, label: title })),
        ...(isKnown ? [] : [{ value: filters.workflow, label: "This workflow" }]),
      ]}
    />
  );
}

function VersionSelect({ filters, onChange }: RunFilterBarProps) {
  const { data } = useQuery({
    queryKey: keys.versions(filters.workflow),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/workflows/{workflow_id}/versions", {
          params: { path: { workflow_id: filters.workflow } },
        }),
      ),
    enabled: filters.workflow !== "",
  });
  const numbers = new Set((data?.items ?? []).map(({ number }) => String(number)));
  if (filters.version) {
    numbers.add(filters.version);
  }
  return (
    <Select
      aria-label="Version"
      value={filters.version}
      disabled={filters.workflow === ""}
      title={filters.workflow === "" ? "Choose a workflow first" : undefined}
      onValueChange={(version) => onChange({ version })}
      options={[
        { value: "", label: "Any version" },
        ...[...numbers].map((number) => ({ value: number, label: `Version ${number}` })),
      ]}
    />
  );
}

function DayInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-center gap-1.5">
      <label htmlFor={id} className="text-muted-foreground text-xs">
        {label} {clockOf(value)}
      </label>
      <Input
        id={id}
        type="date"
        className="w-full md:w-34"
        value={dayOf(value)}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

function toggled(statuses: readonly RunStatus[], status: RunStatus): readonly RunStatus[] {
  return statuses.includes(status)
    ? statuses.filter((other) => other !== status)
    : [...statuses, status];
}
