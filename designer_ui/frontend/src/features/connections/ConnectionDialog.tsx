import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ApiError, messageOf } from "@/api/problem";
import { keys } from "@/api/queries";
import type { ConnectionView } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Checkbox, Field, Input, Select, Textarea } from "@/ui/Field";
import { toast } from "@/ui/toast";
import { createConnection, updateConnection } from "./api";
import {
  type ConnectionForm,
  type ConnectionKind,
  changeOf,
  creationOf,
  formOf,
  isModelKind,
  KINDS,
} from "./connectionForm";
import { PriceEditor } from "./PriceEditor";

interface ConnectionDialogProps {
  /** The one to change; without it a new one is made. */
  connection?: ConnectionView;
  onClose: () => void;
}

/** What the server says about one field, found by the end of its path. */
function errorAt(error: unknown, field: string): string | undefined {
  const found =
    error instanceof ApiError
      ? error.errors.find((entry) => entry.field === field || entry.field?.endsWith(`.${field}`))
      : undefined;
  return found && [found.message, found.hint].filter(Boolean).join(". ");
}

/** Makes a connection, or changes one. Its secret is never shown. */
export function ConnectionDialog({ connection, onClose }: ConnectionDialogProps) {
  const formId = useId();
  const client = useQueryClient();
  const [form, setForm] = useState(() => formOf(connection));
  const change = (changes: Partial<ConnectionForm>) =>
    setForm((known) => ({ ...known, ...changes }));
  const saving = useMutation({
    mutationFn: () =>
      connection
        ? updateConnection(connection.id, changeOf(form))
        : createConnection(creationOf(form)),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: keys.connections });
      toast.success(`“${saved.title}” is saved`);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  const text = (field: "title" | "name" | "address" | "command" | "secretVariable") => ({
    value: form[field],
    onChange: (event: { target: { value: string } }) => change({ [field]: event.target.value }),
  });
  const error = saving.error;
  const isModel = isModelKind(form.kind);
  const addressField = isModel ? "base_url" : "url";
  const isTold = [
    "title",
    "name",
    "secret",
    addressField,
    "command",
    "args",
    "secret_variable",
  ].some((field) => errorAt(error, field));
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={connection ? `Change ${connection.title}` : "New connection"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} isBusy={saving.isPending}>
            {connection ? "Save" : "Create connection"}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-4 pt-1">
        <Field label="Leads to">
          {(ids) => (
            <Select
              {...ids}
              value={form.kind}
              disabled={connection !== undefined}
              options={KINDS}
              onValueChange={(kind) => change({ kind: kind as ConnectionKind })}
            />
          )}
        </Field>
        <Field label="Title" isRequired error={errorAt(error, "title")}>
          {(ids) => <Input {...ids} {...text("title")} required maxLength={200} />}
        </Field>
        {!connection && (
          <Field
            label="Name"
            hint="What workflows call it, for ever. Empty: made from the title."
            error={errorAt(error, "name")}
          >
            {(ids) => <Input {...ids} {...text("name")} maxLength={100} spellCheck={false} />}
          </Field>
        )}
        {form.kind === "mcp_stdio" ? (
          <>
            <Field
              label="Program"
              isRequired
              hint="One that the operator allows in FLOWDECK_MCP_COMMANDS."
              error={errorAt(error, "command")}
            >
              {(ids) => <Input {...ids} {...text("command")} required spellCheck={false} />}
            </Field>
            <Field label="Arguments" hint="One a line." error={errorAt(error, "args")}>
              {(ids) => (
                <Textarea
                  {...ids}
                  rows={3}
                  spellCheck={false}
                  value={form.args}
                  onChange={(event) => change({ args: event.target.value })}
                />
              )}
            </Field>
            <Field
              label="Variable of the secret"
              hint="The environment variable that hands the secret to the program."
              error={errorAt(error, "secret_variable")}
            >
              {(ids) => <Input {...ids} {...text("secretVariable")} spellCheck={false} />}
            </Field>
          </>
        ) : (
          <Field
            label="Address"
            isRequired={!isModel}
            hint={isModel ? "Empty: the maker's own. It usually ends in /v1." : undefined}
            error={errorAt(error, addressField)}
          >
            {(ids) => (
              <Input
                {...ids}
                {...text("address")}
                type="url"
                required={!isModel}
                placeholder="https://"
              />
            )}
          </Field>
        )}
        <Field
          label="Secret"
          hint={
            connection?.has_secret
              ? "Leave it empty to keep the one that is there. It is never shown."
              : "An API key or a token. It is kept encrypted and never shown."
          }
          error={errorAt(error, "secret")}
        >
          {(ids) => (
            <Input
              {...ids}
              type="password"
              autoComplete="new-password"
              value={form.secret}
              disabled={form.isSecretForgotten}
              onChange={(event) => change({ secret: event.target.value })}
            />
          )}
        </Field>
        {connection?.has_secret && (
          <Checkbox
            label="Forget the secret"
            checked={form.isSecretForgotten}
            onCheckedChange={(isSecretForgotten) => change({ isSecretForgotten, secret: "" })}
          />
        )}
        {isModel && <PriceEditor rows={form.prices} onChange={(prices) => change({ prices })} />}
        {error && !isTold && (
          <p role="alert" className="text-[13px] text-status-failed">
            {messageOf(error)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
