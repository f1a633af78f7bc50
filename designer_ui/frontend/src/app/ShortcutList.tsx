import { useMemo } from "react";
import { Dialog } from "@/ui/Dialog";
import { Keycaps } from "@/ui/Keycaps";
import { type Command, useCommandStore } from "./commands";

/** `?`: what the keyboard can do on this page. */
export function ShortcutList() {
  const isOpen = useCommandStore((state) => state.isShortcutListOpen);
  const setOpen = useCommandStore((state) => state.setShortcutListOpen);
  const sources = useCommandStore((state) => state.sources);
  const groups = useMemo(() => {
    const byGroup = new Map<string, Command[]>();
    for (const command of Object.values(sources).flat()) {
      if (!command.keys?.length) continue;
      byGroup.set(command.group, [...(byGroup.get(command.group) ?? []), command]);
    }
    return [...byGroup];
  }, [sources]);
  return (
    <Dialog isOpen={isOpen} onOpenChange={setOpen} title="Keyboard shortcuts" size="lg">
      <div className="gap-8 sm:columns-2">
        {groups.map(([group, commands]) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 font-medium text-muted-foreground text-xs">{group}</h3>
            <dl>
              {commands.map((command) => (
                <div
                  key={command.id}
                  className="flex items-center justify-between gap-4 border-b py-1.5"
                >
                  <dt className="text-[13px]">{command.title}</dt>
                  <dd className="flex shrink-0 items-center gap-1.5">
                    {command.keys?.map((chord) => (
                      <Keycaps key={chord} chord={chord} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
