import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/queries";
import { queryClient } from "@/api/queryClient";
import { toastError } from "@/ui/toast";
import { useDesigner, useDesignerStore } from "../store/designerStore";

/** The workflow's name, edited in place. */
export function TitleField({ isReadOnly }: { isReadOnly: boolean }) {
  const store = useDesignerStore();
  const title = useDesigner((state) => state.title);
  const workflowId = useDesigner((state) => state.workflowId);
  const [text, setText] = useState(title);
  useEffect(() => setText(title), [title]);
  if (isReadOnly) return <h1 className="truncate px-1 font-semibold">{title}</h1>;
  const save = async () => {
    const next = text.trim();
    if (!next || next === title) {
      setText(title);
      return;
    }
    store.setState({ title: next });
    try {
      await api.PATCH("/api/v1/workflows/{workflow_id}", {
        params: { path: { workflow_id: workflowId } },
        body: { title: next },
      });
      await queryClient.invalidateQueries({ queryKey: keys.workflows });
    } catch (error) {
      store.setState({ title });
      toastError(error, "Not renamed");
    }
  };
  return (
    <h1 className="font-semibold">
      <input
        aria-label="Workflow name"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key !== "Escape") return;
          event.preventDefault();
          setText(title);
        }}
        style={{ width: `calc(${text.length}ch + 1.25rem)` }}
        className="h-7 min-w-16 max-w-72 truncate rounded border border-transparent bg-transparent px-1.5 hover:border-input focus:border-ring"
      />
    </h1>
  );
}
