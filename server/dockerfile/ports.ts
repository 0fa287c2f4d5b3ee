/** What EXPOSE takes: dockerfile2llb/convert_expose.go (moby/buildkit@v0.34.2). */

/** `[[IP:]HOST:]PORT[-PORT][/PROTOCOL]`, though only what stands last counts. */
export function isPort(value: string): boolean {
  const parts = value.split(':');
  const [port = '', protocol = ''] = /^([^/]*)(?:\/(.*))?$/s.exec(parts.at(-1)!)?.slice(1) ?? [];
  if (!/^(tcp|udp|sctp|)$/i.test(protocol)) return false;
  const [ip, host] = [parts.slice(0, -2).join(':'), parts.at(-2) ?? ''];
  const inside = width(port);
  const outside = host === '' ? 0 : width(host);
  // Ranges that are mapped are of one length, or one port is mapped to any of a range.
  return (
    inside !== undefined && outside !== undefined && (host === '' || inside === 0 || inside === outside) && isIp(ip)
  );
}

/** By how much the last port of a range is above the first. */
function width(text: string): number | undefined {
  const dash = text.indexOf('-');
  const [from, to] = dash < 0 ? [text, text] : [text.slice(0, dash), text.slice(dash + 1)];
  const [first, last] = [numberOf(from), numberOf(to)];
  return first !== undefined && last !== undefined && last >= first ? last - first : undefined;
}

const numberOf = (text: string) =>
  /^(\+?\d{1,9}|-0+)$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;

function isIp(text: string): boolean {
  const ip = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (ip === '') return true;
  if (!ip.includes(':')) return /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?=.)|$)){4}$/.test(ip);
  return /^[\da-f:.]+$/i.test(ip) && URL.canParse(`http://[${ip}]/`);
}
