import { useQuery } from "@tanstack/react-query";
import { Command as Cmdk } from "cmdk";
import { Search, Workflow } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useDeferredValue, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/queries";
import { Keycaps } from "@/ui/Keycaps";
import { type Command, useCommandStore } from "./commands";

const itemClass =
  "flex cursor-default items-center gap-2.5 rounded-md px-2.5 py-2 text-[13px] data-[selected=true]:bg-accent data-[disabled=true]:opacity-50";
const groupClass =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-muted-foreground [&_[cmdk-group-heading]]:text-xs";

function groupCommands(sources: Record<string, readonly Command[]>): [string, Command[]][] {
  const groups = new Map<string, Command[]>();
  for (const command of Object.values(sources).reverse().flat()) {
    if (command.isDisabled || command.isListedOnly || command.id === "app.palette") continue;
    groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  }
  return [...groups];
}

function WorkflowResults({ search, onPick }: { search: string; onPick: (href: string) => void }) {
  const term = useDeferredValue(search.trim());
  const { data } = useQuery({
    queryKey: [...keys.workflows, "palette", term],
    queryFn: () =>
      unwrap(api.GET("/api/v1/workflows", { params: { query: { search: term, limit: 8 } } })),
  });
  if (!data?.items.length) return null;
  return (
    <Cmdk.Group heading="Workflows" className={groupClass} forceMount>
      {data.items.map((workflow) => (
        <Cmdk.Item
          key={workflow.id}
          value={`workflow ${workflow.title} ${workflow.id}`}
          className={itemClass}
          onSelect={() => onPick(`/workflows/${workflow.id}`)}
        >
          <Workflow aria-hidden className="size-4 text-muted-foreground" />
          {workflow.title}
        </Cmdk.Item>
      ))}
    </Cmdk.Group>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const [search, setSearch] = useState("");
  const [, navigate] = useLocation();
  const sources = useCommandStore((state) => state.sources);
  const groups = useMemo(() => groupCommands(sources), [sources]);
  const close = (action: () => void) => {
    onClose();
    // After the dialog gave the focus back, so that the action may take it.
    setTimeout(action, 0);
  };
  return (
    <Cmdk label="Commands" loop className="flex max-h-[min(60vh,28rem)] flex-col">
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search aria-hidden className="size-4 text-muted-foreground" />
        <Cmdk.Input
          value={search}
          onValueChange={setSearch}
          placeholder="Search commands and workflows"
          className="h-12 w-full bg-transparent text-sm outline-none placeholder:text-muted-foreground"
        />
      </div>
      <Cmdk.List className="scroll-thin min-h-0 flex-1 overflow-y-auto p-1.5">
        <Cmdk.Empty className="px-4 py-8 text-center text-muted-foreground text-sm">
          Nothing found for “{search}”.
        </Cmdk.Empty>
        {groups.map(([group, commands]) => (
          <Cmdk.Group key={group} heading={group} className={groupClass}>
            {commands.map((command) => (
              <Cmdk.Item
                key={command.id}
                value={`${group} ${command.title} ${command.id}`}
                keywords={command.keywords ? [command.keywords] : undefined}
                className={itemClass}
                onSelect={() => close(() => command.run())}
              >
                <span className="flex-1">{command.title}</span>
                {command.keys?.[0] && <Keycaps chord={command.keys[0]} />}
              </Cmdk.Item>
            ))}
          </Cmdk.Group>
        ))}
        <WorkflowResults search={search} onPick={(href) => close(() => navigate(href))} />
      </Cmdk.List>
    </Cmdk>
  );
}

/** Ctrl+K: every action and every workflow, by name. */
export function CommandPalette() {
  const isOpen = useCommandStore((state) => state.isPaletteOpen);
  const setOpen = useCommandStore((state) => state.setPaletteOpen);
  return (
    <Radix.Root open={isOpen} onOpenChange={setOpen}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 animate-in bg-black/40" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl animate-in overflow-hidden rounded-xl border bg-popover shadow-overlay"
        >
          <Radix.Title className="sr-only">Commands</Radix.Title>
          <PaletteBody onClose={() => setOpen(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
