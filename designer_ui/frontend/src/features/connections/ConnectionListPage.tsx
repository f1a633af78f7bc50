import { useQuery } from "@tanstack/react-query";
import { Cable, Plus } from "lucide-react";
import { useState } from "react";
import { usePermission } from "@/api/queries";
import type { ConnectionView } from "@/api/types";
import { PageBody, PageHeader } from "@/app/PageHeader";
import { LoadError } from "@/live/LoadError";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { SkeletonRows } from "@/ui/Skeleton";
import { connectionsQuery } from "./api";
import { ConnectionDialog } from "./ConnectionDialog";
import { ConnectionRow } from "./ConnectionRow";

/** All connections to other systems. */
export default function ConnectionListPage() {
  const query = useQuery(connectionsQuery);
  const mayAdd = usePermission("add_connection");
  const [opened, setOpened] = useState<ConnectionView | "new" | null>(null);
  const add = mayAdd && (
    <Button variant="primary" onClick={() => setOpened("new")}>
      <Plus aria-hidden /> New connection
    </Button>
  );
  return (
    <>
      <PageHeader
        breadcrumb={[{ label: "Connections" }]}
        actions={query.data?.length ? add : undefined}
      />
      <PageBody>
        {query.isPending && <SkeletonRows />}
        {query.isError && <LoadError error={query.error} onRetry={() => query.refetch()} />}
        {query.data?.length === 0 && (
          <EmptyState icon={Cable} title="Nothing is connected yet" action={add}>
            A connection keeps the key to a language model or to a server of tools, encrypted, for
            the steps that use it.
          </EmptyState>
        )}
        {query.data && query.data.length > 0 && (
          <ul
            aria-label="Connections"
            className="overflow-hidden rounded-xl border bg-card shadow-card"
          >
            {query.data.map((connection) => (
              <ConnectionRow
                key={connection.id}
                connection={connection}
                onEdit={() => setOpened(connection)}
              />
            ))}
          </ul>
        )}
      </PageBody>
      {opened && (
        <ConnectionDialog
          connection={opened === "new" ? undefined : opened}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  );
}
