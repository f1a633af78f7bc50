import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ApiError, messageOf } from "@/api/problem";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Textarea } from "@/ui/Field";
import { toast } from "@/ui/toast";
import { sendEvent } from "./api";
import { eventTitle, isOpenName } from "./machine";
import { useRunStore } from "./RunContext";

interface EventDialogProps {
  /** The event as the transition names it. */
  descriptor: string;
  onClose: () => void;
}

/** Sends an event to a machine that stands as the person saw it. */
export function EventDialog({ descriptor, onClose }: EventDialogProps) {
  const store = useRunStore();
  const formId = useId();
  const isOpen = isOpenName(descriptor);
  const [name, setName] = useState(descriptor.replace(/\*$/, ""));
  const [text, setText] = useState("{}");
  const [textError, setTextError] = useState("");
  const [revision, setRevision] = useState(() => store.getState().run.seq);
  const sending = useMutation({
    mutationFn: (data: unknown) => sendEvent(store.getState().run.id, name.trim(), data, revision),
    onSuccess: () => {
      toast.success(`The event “${name.trim()}” was sent`);
      onClose();
    },
    // Whoever sends it again has seen how the machine stands now.
    onError: () => setRevision(store.getState().run.seq),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      const data: unknown = text.trim() ? JSON.parse(text) : null;
      setTextError("");
      sending.mutate(data);
    } catch {
      setTextError("This is not valid JSON.");
    }
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title={`Send “${eventTitle(descriptor)}”`}
      description="The first transition that is for the event, and whose condition holds, is taken."
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} isBusy={sending.isPending}>
            {isStale(sending.error) ? "Send it all the same" : "Send event"}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-4">
        <Field
          label="Event"
          hint={isOpen ? `Any event that ${descriptor} is for.` : undefined}
          isRequired={isOpen}
        >
          {(ids) => (
            <Input
              {...ids}
              readOnly={!isOpen}
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Data as JSON"
          hint="Conditions and actions read it as event.data."
          error={textError || (sending.isError ? kindly(sending.error) : undefined)}
        >
          {(ids) => (
            <Textarea
              {...ids}
              rows={5}
              spellCheck={false}
              className="font-mono text-xs"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}

const isStale = (error: unknown): boolean =>
  error instanceof ApiError && error.code === "stale_machine";

function kindly(error: unknown): string {
  return isStale(error)
    ? "Something has happened since you opened this. Look at what is active now, then send the event if it is still right."
    : messageOf(error);
}
