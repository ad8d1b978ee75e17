"""Kubernetes: the Terraform provider's resources, and manifests that Ansible applies."""
