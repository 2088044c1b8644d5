"""The labels of the resources that Cloud Run workloads log as.

Source: the page "Monitored resources and services" of Cloud Logging.
"""

WORKLOAD_LABELS = {
    "cloud_run_revision": ("service_name", "revision_name", "configuration_name", "location", "project_id"),
    "cloud_run_job": ("job_name", "location", "project_id"),
    "cloud_run_worker_pool": ("worker_pool_name", "revision_name", "location", "project_id"),
    "cloud_function": ("function_name", "region", "project_id"),
}
