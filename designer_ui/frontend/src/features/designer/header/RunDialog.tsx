import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useLocation } from "wouter";
import { api, unwrap } from "@/api/client";
import { ApiError, messageOf } from "@/api/problem";
import { keys } from "@/api/queries";
import { queryClient } from "@/api/queryClient";
import { useIsUploading } from "@/api/uploads";
import { fitToSchema, inputSchemaOf } from "@/documents/names";
import { asDrawn } from "@/documents/rules";
import { isObject } from "@/graph/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { SkeletonRows } from "@/ui/Skeleton";
import { useDesigner, useDesignerStore, useDocument } from "../store/designerStore";
import { usePublish } from "../usePublish";

const SchemaForm = lazy(() => import("@/forms/SchemaForm"));

const FORM = "run-form";
const INPUT = "input";

/** Asks for the input of the start form and starts a run. */
export function RunDialog() {
  const store = useDesignerStore();
  const document = useDocument();
  const [, navigate] = useLocation();
  const workflowId = useDesigner((state) => state.workflowId);
  const published = useDesigner((state) => state.published);
  const save = useDesigner((state) => state.save);
  const sampleInput = useDesigner((state) => state.sampleInput);
  const isUploading = useIsUploading();
  const [businessKey, setBusinessKey] = useState("");
  const publish = usePublish();
  const differs = !published || save.phase !== "saved" || save.hash !== published.hash;
  const schema = inputSchemaOf(differs || !published ? document : asDrawn(published.document));
  const [input, setInput] = useState<unknown>(() => fitToSchema(sampleInput, schema));
  const hasFields = isObject(schema.properties) && Object.keys(schema.properties).length > 0;

  const start = useMutation({
    mutationFn: async (publishesFirst: boolean) => {
      if (publishesFirst) await publish.mutateAsync("");
      return unwrap(
        api.POST("/api/v1/workflows/{workflow_id}/runs", {
          params: { path: { workflow_id: workflowId } },
          body: { input: isObject(input) ? input : {}, business_key: businessKey, labels: {} },
        }),
      );
    },
    onSuccess: (run) => {
      store.setState({ dialog: null, sampleInput: input });
      void queryClient.invalidateQueries({ queryKey: keys.runs });
      // A bulk run is watched by its items.
      navigate(document.kind === "bulk" ? `/runs/${run.id}?node=items` : `/runs/${run.id}`);
    },
  });
  const isInvalid = start.error instanceof ApiError && start.error.code === "document_invalid";
  /** The main button, and Enter in any field. */
  const submits = { type: "submit", form: FORM } as const;
  const close = () => store.setState({ dialog: null });
  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title="Start a run"
      description={
        !published
          ? "This workflow is not published yet. A run needs a published version."
          : differs
            ? `The draft differs from version ${published.number}. Run that version, or publish the draft and run it.`
            : `Runs version ${published.number}.`
      }
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          {published && (
            <Button
              variant={differs ? "secondary" : "primary"}
              disabled={isUploading}
              isBusy={start.isPending && start.variables === false}
              {...(differs ? { onClick: () => start.mutate(false) } : submits)}
            >
              {differs ? `Run version ${published.number}` : "Start"}
            </Button>
          )}
          {differs && (
            <Button
              variant="primary"
              disabled={isUploading}
              isBusy={start.isPending && start.variables === true}
              {...submits}
            >
              Publish and run
            </Button>
          )}
        </>
      }
    >
      <form
        id={FORM}
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!start.isPending) start.mutate(differs);
        }}
      >
        {hasFields ? (
          <Suspense fallback={<SkeletonRows count={3} />}>
            <SchemaForm
              id={INPUT}
              schema={schema}
              value={input}
              onChange={setInput}
              hasAutoFocus
              errors={start.error instanceof ApiError ? start.error.errors : []}
            />
          </Suspense>
        ) : (
          <p className="text-[13px] text-muted-foreground">
            This workflow asks for no input. Give its start node fields to ask for some.
          </p>
        )}
        <Field
          label="Business key"
          hint="Optional: a name to find the run by, such as an order number."
        >
          {(ids) => (
            <Input
              {...ids}
              value={businessKey}
              maxLength={200}
              onChange={(event) => setBusinessKey(event.target.value)}
            />
          )}
        </Field>
        {start.error && (
          <p role="alert" className="text-[13px] text-status-failed">
            {isInvalid
              ? "The draft has problems, so it cannot be published. Close this and see the problems below the canvas."
              : messageOf(start.error)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
