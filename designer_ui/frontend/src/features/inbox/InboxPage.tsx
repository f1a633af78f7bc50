import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheckBig, Hand, History, type LucideIcon, SearchX } from "lucide-react";
import { useLocation, useSearch } from "wouter";
import { PageBody, PageHeader } from "@/app/PageHeader";
import { ConnectionNote } from "@/live/ConnectionNote";
import { DelayedSearch } from "@/live/DelayedSearch";
import { LoadError } from "@/live/LoadError";
import { useMeConnection } from "@/live/useMeSocket";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { SkeletonRows } from "@/ui/Skeleton";
import { TabPanel, Tabs } from "@/ui/Tabs";
import { type InboxTab, taskListQuery } from "./api";
import { TaskRow } from "./TaskRow";

const NOTHING: Readonly<Record<InboxTab, { icon: LucideIcon; title: string; text: string }>> = {
  mine: {
    icon: CircleCheckBig,
    title: "Nothing waits for you",
    text: "When a workflow needs your decision, it shows up here at once.",
  },
  claimable: {
    icon: Hand,
    title: "Nothing to claim",
    text: "What your groups may decide shows up here until somebody takes it.",
  },
  done: {
    icon: History,
    title: "Nothing decided yet",
    text: "Your decisions are kept here, with what came of them.",
  },
};

/** Everything that waits for the person, across all workflows. */
export default function InboxPage() {
  const query = new URLSearchParams(useSearch());
  const [path, navigate] = useLocation();
  const search = query.get("search") ?? "";
  const first = useFirstTab(search);
  const tab = tabOf(query.get("state")) ?? first;
  const show = (next: { tab: InboxTab; search: string }) => {
    const params = new URLSearchParams({ state: next.tab });
    if (next.search) {
      params.set("search", next.search);
    }
    navigate(`${path}?${params}`, { replace: true });
  };
  return (
    <>
      <PageHeader
        breadcrumb={[{ label: "Inbox" }]}
        status={<ConnectionNote state={useMeConnection()} />}
      />
      <PageBody className="max-w-5xl">
        <Tabs
          label="Inbox"
          value={tab}
          onChange={(next) => show({ tab: next, search })}
          tabs={[
            { value: "mine", label: <TabName tab="mine" name="Mine" search={search} /> },
            {
              value: "claimable",
              label: <TabName tab="claimable" name="Claimable" search={search} />,
            },
            { value: "done", label: "Done" },
          ]}
          aside={
            <DelayedSearch
              aria-label="Search the inbox"
              placeholder="Search"
              className="mb-1.5 w-32 sm:w-56"
              value={search}
              onValueChange={(next) => show({ tab, search: next })}
            />
          }
        >
          <TabPanel value={tab} className="pt-4">
            <TaskList tab={tab} search={search} />
          </TabPanel>
        </Tabs>
      </PageBody>
    </>
  );
}

function tabOf(value: string | null): InboxTab | null {
  return value === "mine" || value === "claimable" || value === "done" ? value : null;
}

/** Where there is something to do: mine first, then what can be claimed. */
function useFirstTab(search: string): InboxTab {
  const mine = useInfiniteQuery(taskListQuery("mine", search)).data;
  const claimable = useInfiniteQuery(taskListQuery("claimable", search)).data;
  const isNothingMine = mine?.pages[0]?.items.length === 0;
  return isNothingMine && claimable?.pages[0]?.items.length ? "claimable" : "mine";
}

function TabName({ tab, name, search }: { tab: InboxTab; name: string; search: string }) {
  const { data } = useInfiniteQuery(taskListQuery(tab, search));
  const count = data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  const hasMore = data?.pages.at(-1)?.next_cursor != null;
  return (
    <>
      {name}
      {count > 0 && (
        <span className="rounded-full bg-primary-soft px-1.5 font-semibold text-[11px] text-primary tabular">
          {count}
          {hasMore && "+"}
        </span>
      )}
    </>
  );
}

function TaskList({ tab, search }: { tab: InboxTab; search: string }) {
  const query = useInfiniteQuery(taskListQuery(tab, search));
  const tasks = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) {
    return <SkeletonRows count={4} />;
  }
  if (query.isError && tasks.length === 0) {
    return <LoadError error={query.error} onRetry={() => query.refetch()} />;
  }
  if (tasks.length === 0) {
    return <Nothing tab={tab} search={search} />;
  }
  return (
    <>
      <ul
        aria-label={`Tasks, ${tab}`}
        className="overflow-hidden rounded-xl border bg-card shadow-card"
      >
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} canClaim={tab === "claimable"} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="mt-4 flex justify-center">
          <Button isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function Nothing({ tab, search }: { tab: InboxTab; search: string }) {
  if (search) {
    return (
      <EmptyState icon={SearchX} title="Nothing found">
        Nothing here matches “{search}”.
      </EmptyState>
    );
  }
  const { icon, title, text } = NOTHING[tab];
  return (
    <EmptyState icon={icon} title={title}>
      {text}
    </EmptyState>
  );
}
