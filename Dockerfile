# The service in a container: Python and the packages of the service, without build tools and without root. It writes
# only to DATA_DIR and /dev/shm. A base by digest (PYTHON=python:3.11-slim-bookworm@sha256:...) makes builds repeatable.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /srv/build
RUN python -m venv --without-pip /srv/venv
COPY requirements.txt ./
RUN python -m pip --python /srv/venv/bin/python install --no-cache-dir --disable-pip-version-check \
    --no-deps --require-hashes --only-binary :all: --requirement requirements.txt
WORKDIR /srv/app
COPY *.py ./
COPY accounts ./accounts
COPY api ./api
COPY carbon ./carbon
COPY catalog ./catalog
COPY cli ./cli
COPY evidence ./evidence
COPY forecasting ./forecasting
COPY grid ./grid
COPY planning ./planning
COPY pricing ./pricing
COPY renewal ./renewal
COPY background ./background
COPY outbound ./outbound
COPY push ./push
COPY serve ./serve
COPY solving ./solving
COPY store ./store
COPY web ./web
COPY docs/guide ./docs/guide
RUN python -m compileall -q /srv/app

FROM ${PYTHON}
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Carbon-Aware Cloud Optimizer" \
      org.opencontainers.image.description="Where and when to run cloud work so that it emits the least carbon" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN python -m pip uninstall --yes --root-user-action=ignore pip setuptools wheel \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/carbon-optimizer
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/app /srv/app
WORKDIR /srv/app
ENV PATH=/srv/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=5000 \
    DATA_DIR=/var/lib/carbon-optimizer \
    TMPDIR=/dev/shm
VOLUME /var/lib/carbon-optimizer
USER 10001:10001
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=3); c.request('GET', '/health'); sys.exit(c.getresponse().status != 200)"]
CMD ["gunicorn", "--config", "gunicorn.conf.py", "app:app"]
