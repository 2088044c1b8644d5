# An image for pipelines; it runs as an unprivileged user. It lacks the extras for agents, charts and clusters.
#   docker build -t triage . && docker run --rm -v "$PWD:/work:ro" triage export.json
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN pip install --no-cache-dir build && python -m build --wheel --outdir /wheels

FROM python:3.13-slim
COPY --from=build /wheels /wheels
COPY constraints.txt /wheels/
RUN wheel=$(echo /wheels/*.whl) \
    && pip install --no-cache-dir --constraint /wheels/constraints.txt "$wheel[bigquery,gcs,notify,parquet,re2,terraform,web]" \
    && rm -r /wheels \
    && useradd --uid 10001 --create-home triage
USER triage
WORKDIR /work
ENTRYPOINT ["triage"]
