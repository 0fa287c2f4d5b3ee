/**
 * Programs that packages of PyPI install, and the module that `python -m` runs instead of them. Each of these packages has a `__main__.py`, and
 * its program runs the same; looked up in the wheels that PyPI had in November 2026.
 */
export const moduleOf: ReadonlyMap<string, string> = new Map([
  ['alembic', 'alembic'],
  ['arq', 'arq'],
  ['aws', 'awscli'],
  ['celery', 'celery'],
  ['daphne', 'daphne'],
  ['django-admin', 'django'],
  ['dramatiq', 'dramatiq'],
  ['fastapi', 'fastapi'],
  ['flask', 'flask'],
  ['granian', 'granian'],
  ['gunicorn', 'gunicorn'],
  ['http', 'httpie'],
  ['https', 'httpie'],
  ['hypercorn', 'hypercorn'],
  ['locust', 'locust'],
  ['mkdocs', 'mkdocs'],
  ['sanic', 'sanic'],
  ['scrapy', 'scrapy'],
  ['streamlit', 'streamlit'],
  ['taskiq', 'taskiq'],
  ['uvicorn', 'uvicorn'],
  ['waitress-serve', 'waitress'],
]);
