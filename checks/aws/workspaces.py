"""WorkSpaces: the disks of virtual desktops."""

from __future__ import annotations

from iaclint.rules import HIGH, VIOLATED, be_true, in_terraform, requirement, set_to

GUIDE = "https://docs.aws.amazon.com/workspaces/latest/adminguide/encrypt-workspaces.html"
DESKTOP = "aws_workspaces_workspace"
ROOT, USER = "root_volume_encryption_enabled", "user_volume_encryption_enabled"

requirement(
    "aws-workspace-unencrypted",
    severity=HIGH,
    cwe=311,
    title="A disk of the virtual desktop is not encrypted",
    why="Whoever obtains the disk or a snapshot reads the files of the user, and the credentials kept on it.",
    terraform=(f"{DESKTOP}: {ROOT}", f"{DESKTOP}: {USER}"),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    fix_safety="The desktop is made anew: what is on its disks is lost.",
    references=(GUIDE,),
    aliases=(
        in_terraform("AVD-AWS-0109", "KICS:b9033580-6886-401a-8631-5f19f5bb24c7"),
        in_terraform("CKV_AWS_156", "AC_AWS_0503", path=ROOT),
        in_terraform("CKV_AWS_155", "AC_AWS_0504", path=USER),
    ),
    tags=("encryption",),
)
