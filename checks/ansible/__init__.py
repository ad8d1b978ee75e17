"""Ansible itself: tasks, their privileges, inventories and `ansible.cfg`."""
