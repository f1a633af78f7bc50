import { type ComponentProps, useEffect, useRef, useState } from "react";
import { SearchInput } from "@/ui/Field";

const DELAY_MS = 250;

interface DelayedSearchProps extends Omit<ComponentProps<"input">, "value" | "onChange"> {
  value: string;
  onValueChange: (value: string) => void;
}

/** A search field that tells what was typed once the typing rests. */
export function DelayedSearch({ value, onValueChange, ...props }: DelayedSearchProps) {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <SearchInput
      {...props}
      value={text}
      onChange={(event) => {
        const next = event.target.value;
        setText(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onValueChange(next.trim()), DELAY_MS);
      }}
    />
  );
}
