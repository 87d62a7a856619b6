/** Keeps the newest in sight while one is at the end, and one's place while older ones come in above. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 60;
const LOADS_AT_PX = 160;

interface Sticking {
  box: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isAtEnd: boolean;
  toEnd(): void;
  onScroll(): void;
}

export function useStickToEnd(first: string | undefined, onTop: () => void): Sticking {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const before = useRef({ first, height: 0 });
  const [isAtEnd, setIsAtEnd] = useState(true);
  const toEnd = useCallback((): void => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, []);
  useLayoutEffect(() => {
    const { scrollHeight } = box.current!;
    const { first: was, height } = before.current;
    if (sticks.current) toEnd();
    else if (was !== first) box.current!.scrollTop += scrollHeight - height;
    before.current = { first, height: scrollHeight };
  });
  useEffect(() => {
    const follow = new ResizeObserver(() => sticks.current && toEnd());
    follow.observe(box.current!);
    follow.observe(content.current!);
    return () => follow.disconnect();
  }, [toEnd]);
  const onScroll = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    sticks.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    setIsAtEnd(sticks.current);
    if (scrollTop < LOADS_AT_PX && !sticks.current) onTop();
  };
  return { box, content, isAtEnd, toEnd, onScroll };
}
