import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useId, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { ApiError, messageOf } from "@/api/problem";
import { keys } from "@/api/queries";
import type { HumanTaskDetail, Outcome } from "@/api/types";
import { Button } from "@/ui/Button";
import { Field, Textarea } from "@/ui/Field";
import { decideTask } from "./api";
import { FormFields } from "./FormFields";
import { type FormInputs, fieldsOf, initialInputs, readForm, serverErrors } from "./formFields";

interface DecideFormProps {
  task: HumanTaskDetail;
  onDecided: (task: HumanTaskDetail) => void;
}

/** The answer: extra fields, a comment, and one button for each outcome. */
export function DecideForm({ task, onDecided }: DecideFormProps) {
  const fields = useMemo(() => fieldsOf(task.form_schema), [task.form_schema]);
  const [inputs, setInputs] = useState<FormInputs>(() => initialInputs(fields));
  const [comment, setComment] = useState("");
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [commentError, setCommentError] = useState("");
  const commentBox = useRef<HTMLTextAreaElement>(null);
  const formId = useId();
  const client = useQueryClient();
  const deciding = useMutation({
    mutationFn: decide,
    onSuccess: onDecided,
    onError: (error) => {
      if (error instanceof ApiError) {
        setErrors(serverErrors(error.errors));
      }
      // Somebody may have been faster, or the answer arrived and its receipt did not: look.
      client.invalidateQueries({ queryKey: keys.humanTask(task.id) });
    },
  });

  function decide(outcome: Outcome) {
    const { data } = readForm(fields, inputs);
    return decideTask(task.id, { outcome: outcome.id, comment: comment.trim(), data });
  }

  function choose(outcome: Outcome) {
    const isCommentMissing = outcome.comment_required && comment.trim() === "";
    const found = readForm(fields, inputs).errors;
    // Drawn at once, so that the field that is wrong can be found and take the focus.
    flushSync(() => {
      setErrors(found);
      setCommentError(isCommentMissing ? `Say why: “${outcome.label}” needs a comment.` : "");
    });
    const [wrong] = Object.keys(found);
    if (wrong) {
      document.getElementById(formId)?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    } else if (isCommentMissing) {
      commentBox.current?.focus();
    } else {
      deciding.mutate(outcome);
    }
  }

  return (
    <section id={formId} aria-label="Your decision" className="space-y-4">
      {fields.length > 0 && (
        <FormFields
          fields={fields}
          inputs={inputs}
          errors={errors}
          onChange={(name, input) => setInputs((known) => ({ ...known, [name]: input }))}
        />
      )}
      <Field label="Comment" hint={commentHint(task.outcomes)} error={commentError || undefined}>
        {(ids) => (
          <Textarea
            {...ids}
            ref={commentBox}
            rows={3}
            value={comment}
            onChange={(event) => {
              setComment(event.target.value);
              setCommentError("");
            }}
          />
        )}
      </Field>
      {deciding.isError && Object.keys(errors).length === 0 && (
        <p role="alert" className="text-[13px] text-status-failed">
          Your decision was not recorded. {messageOf(deciding.error)}
        </p>
      )}
      <div className="-mx-4 sm:-mx-5 sticky bottom-0 flex flex-wrap gap-2 rounded-b-xl border-t bg-card px-4 py-3 sm:px-5">
        {task.outcomes.map((outcome) => (
          <OutcomeButton
            key={outcome.id}
            outcome={outcome}
            isBusy={deciding.isPending && deciding.variables.id === outcome.id}
            isDisabled={deciding.isPending}
            onClick={() => choose(outcome)}
          />
        ))}
      </div>
    </section>
  );
}

interface OutcomeButtonProps {
  outcome: Outcome;
  isBusy: boolean;
  isDisabled: boolean;
  onClick: () => void;
}

const VARIANTS = { approve: "approve", reject: "secondary", neutral: "secondary" } as const;

function OutcomeButton({ outcome, isBusy, isDisabled, onClick }: OutcomeButtonProps) {
  const isReject = outcome.style === "reject";
  return (
    <Button
      size="lg"
      variant={VARIANTS[outcome.style]}
      className={`min-h-11 flex-1 sm:min-w-32 sm:flex-none${isReject ? " border-status-failed/60 text-status-failed" : ""}`}
      isBusy={isBusy}
      disabled={isDisabled}
      onClick={onClick}
    >
      {outcome.style === "approve" && !isBusy && <Check aria-hidden />}
      {isReject && !isBusy && <X aria-hidden />}
      {outcome.label}
    </Button>
  );
}

function commentHint(outcomes: readonly Outcome[]): string {
  const needing = outcomes.filter((outcome) => outcome.comment_required);
  if (needing.length === 0) {
    return "Optional.";
  }
  return needing.length === outcomes.length
    ? "Needed."
    : `Needed for “${needing.map((outcome) => outcome.label).join("”, “")}”.`;
}
