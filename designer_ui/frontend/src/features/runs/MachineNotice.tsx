import { Zap } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { usePermission } from "@/api/queries";
import type { RunDetail } from "@/api/types";
import type { RunEvent } from "@/live/types";
import { isClosed } from "@/live/types";
import { Button } from "@/ui/Button";
import { toast } from "@/ui/toast";
import { EventDialog } from "./EventDialog";
import { journalText } from "./journalText";
import { eventTitle, standingOf } from "./machine";
import { Notice } from "./Notice";
import { useRun, useRunStore } from "./RunContext";

interface MachineNoticeProps {
  run: RunDetail;
  titleOf: (nodeId: string) => string;
}

/** In which states a machine is, with a button for each event that leads on. */
export function MachineNotice({ run, titleOf }: MachineNoticeProps) {
  const status = useRun((state) => state.run.status);
  const latest = useRun((state) => state.latest);
  const mayOperate = usePermission("operate_run");
  const [sent, setSent] = useState<string | null>(null);
  const { states, events, isActing } = useMemo(
    () => standingOf(run.canvas, latest),
    [run.canvas, latest],
  );
  useIgnoredEvents();
  return (
    <>
      {!isClosed(status) && states.length > 0 && (
        <Notice
          icon={Zap}
          token="--status-waiting"
          actions={
            mayOperate &&
            events.length > 0 && (
              <fieldset aria-label="Events it takes now" className="flex flex-wrap gap-1.5">
                {events.map((event) => (
                  <Button key={event} size="sm" variant="primary" onClick={() => setSent(event)}>
                    {eventTitle(event)}
                  </Button>
                ))}
              </fieldset>
            )
          }
        >
          <span className="font-medium">{states.map(titleOf).join(", ")}</span>{" "}
          {states.length === 1 ? "is active. " : "are active. "}
          {isActing
            ? "Actions are running; an event waits until they are done."
            : events.length > 0
              ? "These events lead on:"
              : "It goes on by itself."}
        </Notice>
      )}
      {sent !== null && <EventDialog descriptor={sent} onClose={() => setSent(null)} />}
    </>
  );
}

/** Tells of an event that arrived and led nowhere, as soon as the journal does. */
function useIgnoredEvents(): void {
  const store = useRunStore();
  useEffect(() => {
    const opened = store.getState().run.seq;
    return store.subscribe(({ journal }, { journal: before }) => {
      const last = before.at(-1)?.seq ?? opened;
      for (const event of journal.filter((each) => isIgnored(each) && each.seq > last)) {
        toast.warning(journalText(event));
      }
    });
  }, [store]);
}

const isIgnored = (event: RunEvent): boolean => event.type === "event.ignored";
