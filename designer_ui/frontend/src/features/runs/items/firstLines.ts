/** The first lines of a stream of text. The rest is not read, however long it is. */
export async function firstLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  most: number,
): Promise<string[]> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    text += value ?? "";
    const lines = text.split("\n");
    if (done || lines.length > most) {
      await reader.cancel();
      return lines.filter((line) => line !== "").slice(0, most);
    }
  }
}
