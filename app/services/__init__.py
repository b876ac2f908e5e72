"""The directory of services and the services given to families."""
