import { queryOptions, useIsMutating } from "@tanstack/react-query";
import { api, readCookie, refusal, unwrap } from "./client";
import { OfflineError } from "./problem";
import { keys } from "./queries";
import type { UploadView } from "./types";

/** Mutations that send a file have it, so that nothing is started before the file is there. */
export const UPLOADING = ["upload"] as const;

/** Whether a file is on its way. */
export const useIsUploading = (): boolean => useIsMutating({ mutationKey: UPLOADING }) > 0;

export const uploadQuery = (id: string) =>
  queryOptions({
    queryKey: keys.upload(id),
    queryFn: () =>
      unwrap(api.GET("/api/v1/uploads/{upload_id}", { params: { path: { upload_id: id } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

interface Sending {
  /** Called with the share that was sent, from 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** Sends a file of rows. Not with `fetch`, which tells nothing of how far it is. */
export function uploadFile(file: File, { onProgress, signal }: Sending): Promise<UploadView> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    request.open("POST", "/api/v1/uploads");
    request.setRequestHeader("X-CSRFToken", readCookie("csrftoken"));
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress(loaded / total);
    };
    request.onload = () => {
      if (request.status === 201) resolve(request.response as UploadView);
      else reject(refusal(request.status, request.response));
    };
    request.onerror = () => reject(new OfflineError(null));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
