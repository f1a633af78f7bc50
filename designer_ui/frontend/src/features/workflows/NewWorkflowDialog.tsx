import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useLocation } from "wouter";
import { messageOf } from "@/api/problem";
import { Button } from "@/ui/Button";
import { cn } from "@/ui/cn";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { createWorkflow, DRAWN_KINDS, kindLabel, templatesQuery, type WorkflowKind } from "./api";

interface NewWorkflowDialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

/** Asks for a title, a kind and, if wished, a template; the designer does the rest. */
export function NewWorkflowDialog({ isOpen, onOpenChange }: NewWorkflowDialogProps) {
  const formId = useId();
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState<WorkflowKind>("graph");
  const [template, setTemplate] = useState("");
  const [, navigate] = useLocation();
  const { data: templates = [] } = useQuery({ ...templatesQuery, enabled: isOpen });
  const creation = useMutation({
    mutationFn: () => createWorkflow(title.trim(), kind, template || undefined),
    onSuccess: (workflow) => {
      onOpenChange(false);
      navigate(`/workflows/${workflow.id}`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim()) {
      creation.mutate();
    }
  };
  const choices = [
    { id: "", title: "Empty canvas", description: "Draw everything yourself." },
    ...templates.filter((each) => each.kind === kind),
  ];
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="New workflow"
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form={formId}
            isBusy={creation.isPending}
            disabled={!title.trim()}
          >
            Create workflow
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-4 pt-1">
        <Field
          label="Title"
          isRequired
          error={creation.isError ? messageOf(creation.error) : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              required
              maxLength={200}
              value={title}
              placeholder="Expense approval"
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <ChoiceCards
          legend="Kind"
          name="kind"
          value={kind}
          choices={DRAWN_KINDS.map((each) => ({
            id: each.kind,
            title: kindLabel(each.kind),
            description: each.description,
          }))}
          onChoose={(choice) => {
            setKind(choice.id);
            setTemplate("");
          }}
        />
        {choices.length > 1 && (
          <ChoiceCards
            legend="Start from"
            name="template"
            value={template}
            choices={choices}
            onChoose={(choice) => {
              setTemplate(choice.id);
              setTitle((known) => known || (choice.id ? choice.title : ""));
            }}
          />
        )}
      </form>
    </Dialog>
  );
}

interface Choice<Id extends string> {
  id: Id;
  title: string;
  description: string;
}

interface ChoiceCardsProps<Id extends string> {
  legend: string;
  /** Groups the radio buttons. */
  name: string;
  value: Id;
  choices: readonly Choice<Id>[];
  onChoose: (choice: Choice<Id>) => void;
}

/** One of several, each with a line that explains it. */
function ChoiceCards<Id extends string>(props: ChoiceCardsProps<Id>) {
  const { legend, name, value, choices, onChoose } = props;
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-[13px]">{legend}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {choices.map((choice) => (
          <label
            key={choice.id}
            className={cn(
              "flex cursor-pointer gap-2.5 rounded-lg border p-3 hover:bg-accent/60",
              value === choice.id && "border-primary bg-primary-soft hover:bg-primary-soft",
            )}
          >
            <input
              type="radio"
              name={name}
              className="mt-0.5 size-4 accent-primary"
              checked={value === choice.id}
              onChange={() => onChoose(choice)}
            />
            <span className="min-w-0">
              <span className="block font-medium text-[13px]">{choice.title}</span>
              <span className="block text-muted-foreground text-xs">{choice.description}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
