/** The ports of a service in `docker service ls`. Model: docker/cli cli/command/service/formatter.go, Ports. */

/** A port as the API gives it. */
interface Port {
  readonly Protocol?: string;
  readonly TargetPort?: number;
  readonly PublishedPort?: number;
  readonly PublishMode?: string;
}

interface Range {
  readonly protocol: string;
  readonly published: readonly [first: number, last: number];
  readonly target: readonly [first: number, last: number];
}

/** "*:8000-8001->80-81/tcp, *:53->53/udp": ports that follow each other on both sides are one range, or lead to one port. */
export function servicePorts(ports: readonly Port[]): string {
  const all = ports
    .filter(({ PublishMode = "ingress" }) => PublishMode === "ingress")
    .map(({ Protocol = "tcp", TargetPort = 0, PublishedPort = 0 }) => ({ Protocol, TargetPort, PublishedPort }))
    .sort((a, b) => (a.Protocol === b.Protocol ? a.PublishedPort - b.PublishedPort : a.Protocol < b.Protocol ? -1 : 1));
  const ranges: Range[] = [];
  for (const { Protocol: protocol, TargetPort, PublishedPort } of all) {
    const last = ranges.at(-1);
    if (last !== undefined && continues(last, { protocol, PublishedPort, TargetPort })) {
      const [published, target] = [last.published[0], last.target[0]];
      ranges[ranges.length - 1] = { ...last, published: [published, PublishedPort], target: [target, TargetPort] };
    } else {
      ranges.push({ protocol, published: [PublishedPort, PublishedPort], target: [TargetPort, TargetPort] });
    }
  }
  return ranges
    .map(({ protocol, published, target }) => `*:${text(published)}->${text(target)}/${protocol}`)
    .join(", ");
}

function continues(
  { protocol, published, target }: Range,
  next: { readonly protocol: string; readonly PublishedPort: number; readonly TargetPort: number },
): boolean {
  const isWide = target[0] !== target[1];
  const follows = (number: number, last: number): boolean => number === last || number === last + 1;
  return (
    next.protocol === protocol &&
    follows(next.PublishedPort, published[1]) &&
    follows(next.TargetPort, target[1]) &&
    !(isWide && next.TargetPort <= target[1])
  );
}

const text = ([first, last]: readonly [number, number]): string => (last > first ? `${first}-${last}` : `${first}`);
