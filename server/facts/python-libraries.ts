/**
 * PyPI packages that come without the shared libraries they load: no wheel for Linux, so that it is built against the system's (psycopg2,
 * mysqlclient, python-ldap, pycairo), a wheel of Python alone that loads one by its name (psycopg, python-magic, pyzbar, weasyprint), or a wheel
 * whose libraries name it as NEEDED (opencv, by its Qt). After the newest files on PyPI on 2026-11-21.
 */
export const pythonLibraries: ReadonlyMap<
  string,
  { readonly library: string /** A package that brings it along. */; readonly instead?: string }
> = new Map<string, { readonly library: string; readonly instead?: string }>([
  ['psycopg2', { library: 'libpq.so.5', instead: 'psycopg2-binary' }],
  ['psycopg', { library: 'libpq.so.5', instead: 'psycopg[binary]' }],
  ['mysqlclient', { library: 'libmariadb.so.3', instead: 'PyMySQL' }],
  ['python-ldap', { library: 'libldap', instead: 'ldap3' }],
  ['python-magic', { library: 'libmagic.so.1' }],
  ['pycairo', { library: 'libcairo.so.2' }],
  ['pyzbar', { library: 'libzbar.so.0' }],
  ['weasyprint', { library: 'libpango-1.0.so.0' }],
  ['opencv-python', { library: 'libGL.so.1', instead: 'opencv-python-headless' }],
  ['opencv-contrib-python', { library: 'libGL.so.1', instead: 'opencv-contrib-python-headless' }],
]);
