import { rulesOf } from "@/documents/rules";
import type { Part } from "@/documents/types";
import type { NodeType } from "@/graph/types";
import { MapForm } from "../items/MapForm";
import { withoutName } from "../ProblemList";
import { useDesigner, useDocument } from "../store/designerStore";
import { ConfigFields } from "./ConfigFields";
import { useEditConfig } from "./useEditConfig";

interface ConfigFormProps {
  node: Part;
  type: NodeType | undefined;
}

/** First problem of each top field: `config.url` and what lies below it. */
function useFieldErrors(node: Part, title: string): (name: string) => string | undefined {
  const document = useDocument();
  const problems = useDesigner((state) => state.problems);
  return (name) => {
    // A saga's problems name the action before the config: `compensation.config.url`.
    const path = new RegExp(`^(\\w+\\.)?config\\.${name}(\\.|$)`);
    const found = problems.find(
      (problem) =>
        rulesOf(document).partOfProblem(document, problem) === node.id &&
        problem.severity === "error" &&
        path.test(problem.field ?? ""),
    );
    return found && withoutName(found.message, title);
  };
}

/** The form of a node, made from the JSON Schema of its type. */
export function ConfigForm({ node, type }: ConfigFormProps) {
  const edit = useEditConfig(node.id);
  const errorOf = useFieldErrors(node, node.title || type?.title || node.type);
  if (node.type === "map" && type) return <MapForm node={node} />;
  return (
    <div className="space-y-5 px-4 py-4">
      <ConfigFields node={node} type={type} edit={edit} errorOf={errorOf} />
    </div>
  );
}
