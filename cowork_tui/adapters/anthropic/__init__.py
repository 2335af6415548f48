"""The Messages API: requests, streams, retries, failures and the list of models."""
