"""Measures whether checking Terraform takes time in proportion to what there is to check.

    growth.py                       every shape, in text
    growth.py --shape blocks        one shape of them: folders, blocks, instances
    growth.py --output-format json  with the fix of every finding

Shapes:

    folders    one project in 1, 4 and 16 root folders beside each other
    blocks     what one project declares 1, 4 and 16 times in one root folder
    instances  one root folder with 20, 100 and 500 calls of a module of twelve resources

Time is CPU time (user and system) of the whole process, as the kernel accounts it; of several runs the least, which the
rest of the machine disturbs least. What a run costs before it checks anything is measured with a project that
declares the same types once, without any argument, and taken off. The exit code is 1 when something grows more than
15 % faster than its size.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from compare import cpu_and_wall, iaclint_command

TOLERANCE = 0.15
UNITS = 6
"""How many units a project of size 1 is made of: enough that the clock's steps do not matter."""

VARIABLES = """\
variable "stage" {
  type    = string
  default = "test"
}

variable "office" {
  type    = list(string)
  default = ["198.51.100.0/24", "0.0.0.0/0"]
}

variable "ports" {
  type = map(object({
    from   = number
    to     = number
    public = optional(bool, false)
  }))
  default = {
    ssh   = { from = 22, to = 22 }
    https = { from = 443, to = 443, public = true }
  }
}
"""

UNIT = """\
locals {
  name_@ = join("-", ["shop@", var.stage])
  tags_@ = merge({ Project = local.name_@ }, { Owner = "shop@example.com" })
  stores_@ = {
    for name in ["orders", "pictures", "logs"] : name => {
      versioned = name != "logs"
      public    = name == "pictures"
    }
  }
}

module "store_@" {
  source    = "./modules/store"
  for_each  = local.stores_@
  name      = "${local.name_@}-${each.key}"
  versioned = each.value.versioned
  public    = each.value.public
  tags      = local.tags_@
}

module "service_@" {
  source = "./modules/service"
  name   = local.name_@
  office = var.office
  ports  = var.ports
  bucket = module.store_@["orders"].arn
  tags   = local.tags_@
}

data "aws_iam_policy_document" "deploy_@" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = [module.store_@["pictures"].arn, "${module.store_@["pictures"].arn}/*"]
  }
  statement {
    actions   = ["s3:*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "deploy_@" {
  name   = "${local.name_@}-deploy"
  policy = data.aws_iam_policy_document.deploy_@.json
}

resource "aws_iam_role" "deploy_@" {
  name = "${local.name_@}-deploy"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "deploy_@" {
  role       = aws_iam_role.deploy_@.name
  policy_arn = aws_iam_policy.deploy_@.arn
}

resource "aws_s3_bucket" "site_@" {
  bucket = "${local.name_@}-site"
  tags   = local.tags_@
}

resource "aws_s3_bucket_versioning" "site_@" {
  bucket = aws_s3_bucket.site_@.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "site_@" {
  bucket              = aws_s3_bucket.site_@.id
  block_public_acls   = true
  block_public_policy = false
}

resource "aws_s3_bucket_policy" "site_@" {
  bucket = aws_s3_bucket.site_@.bucket
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]
    }
  EOT
}

resource "aws_db_instance" "shop_@" {
  identifier          = local.name_@
  engine              = "postgres"
  instance_class      = "db.t4g.small"
  publicly_accessible = true
  username            = "shop"
  password            = "correct-horse-@"
  tags                = local.tags_@
}

resource "aws_ebs_volume" "data_@" {
  count             = 3
  availability_zone = "eu-west-1a"
  size              = 10 * (count.index + 1)
  encrypted         = count.index > 0
  tags              = local.tags_@
}
"""

STORE = """\
variable "name" {
  type = string
}

variable "versioned" {
  type    = bool
  default = true
}

variable "public" {
  type    = bool
  default = false
}

variable "tags" {
  type    = map(string)
  default = {}
}

resource "aws_s3_bucket" "this" {
  bucket = var.name
  tags   = var.tags
}

resource "aws_s3_bucket_versioning" "this" {
  count  = var.versioned ? 1 : 0
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = !var.public
  block_public_policy     = !var.public
  ignore_public_acls      = true
  restrict_public_buckets = !var.public
}

output "arn" {
  value = aws_s3_bucket.this.arn
}
"""

SERVICE = """\
variable "name" {
  type = string
}

variable "office" {
  type    = list(string)
  default = ["198.51.100.0/24"]
}

variable "bucket" {
  type    = string
  default = ""
}

variable "ports" {
  type = map(object({
    from   = number
    to     = number
    public = optional(bool, false)
  }))
  default = {
    ssh   = { from = 22, to = 22 }
    https = { from = 443, to = 443, public = true }
  }
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  tags  = merge(var.tags, { Service = var.name })
  disks = { for index, size in [10, 20] : "disk${index}" => size }
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "Of ${var.name}"
  tags        = local.tags

  dynamic "ingress" {
    for_each = var.ports
    content {
      description = ingress.key
      from_port   = ingress.value.from
      to_port     = ingress.value.to
      protocol    = "tcp"
      cidr_blocks = ingress.value.public ? ["0.0.0.0/0"] : var.office
    }
  }
}

resource "aws_security_group_rule" "out" {
  for_each          = toset(var.office)
  type              = "egress"
  description       = "To ${each.value}"
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  cidr_blocks       = [each.value]
  security_group_id = aws_security_group.this.id
}

resource "aws_instance" "this" {
  count                  = 2
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.small"
  vpc_security_group_ids = [aws_security_group.this.id]
  tags                   = merge(local.tags, { Name = "${var.name}-${count.index}" })

  metadata_options {
    http_tokens = count.index == 0 ? "optional" : "required"
  }
}

resource "aws_ebs_volume" "this" {
  for_each          = local.disks
  availability_zone = "eu-west-1a"
  size              = each.value
  encrypted         = each.key != "disk0"
  tags              = local.tags
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}"
  retention_in_days = 30
}

resource "aws_kms_key" "this" {
  description         = var.name
  enable_key_rotation = length(var.tags) > 0
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_sns_topic" "this" {
  for_each          = toset(["alarms", "orders"])
  name              = "${var.name}-${each.key}"
  kms_master_key_id = each.key == "orders" ? aws_kms_key.this.arn : null
}

resource "aws_sqs_queue" "this" {
  count                   = 2
  name                    = "${var.name}-${count.index}"
  sqs_managed_sse_enabled = count.index > 0
}

data "aws_iam_policy_document" "this" {
  statement {
    actions   = ["s3:GetObject", "sqs:*"]
    resources = var.bucket == "" ? ["*"] : ["${var.bucket}/*"]
  }
}

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "this" {
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}

output "group" {
  value = aws_security_group.this.id
}
"""

CALL = """\
module "service_@" {
  source = "./modules/service"
  name   = "service-@"
  office = ["203.0.113.@/32"]
  tags   = { Number = "@" }
}
"""


def write(folder: Path, main: str) -> None:
    """A root folder with this in it, and the modules it may call."""
    files = {"main.tf": main, "variables.tf": VARIABLES, "modules/store/main.tf": STORE}
    files["modules/service/main.tf"] = SERVICE
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def numbered(text: str, numbers: range) -> str:
    return "\n".join(text.replace("@example.com", "(at)example.com").replace("@", str(number)) for number in numbers)


def folders(tree: Path, size: int) -> None:
    for number in range(size):
        write(tree / f"project{number:02d}", numbered(UNIT, range(number * UNITS, (number + 1) * UNITS)))


def blocks(tree: Path, size: int) -> None:
    write(tree, numbered(UNIT, range(size * UNITS)))


def instances(tree: Path, size: int) -> None:
    write(tree, numbered(CALL, range(size)))


def nothing(tree: Path) -> None:
    """Every type of the projects once, so that the same rules are loaded."""
    headers = {
        line for text in (UNIT, STORE, SERVICE) for line in text.splitlines() if line.startswith(("resource ", "data "))
    }
    types = sorted({" ".join(header.split()[:2]) for header in headers})
    tree.mkdir()
    (tree / "main.tf").write_text("".join(f'{one} "this" {{\n}}\n' for one in types), encoding="utf-8")


class Shape(NamedTuple):
    """A way to grow: who writes a tree of a size, and the sizes, the one to compare with first."""

    write: Callable[[Path, int], None]
    sizes: tuple[int, ...]


SHAPES = {
    "folders": Shape(folders, (1, 4, 16)),
    "blocks": Shape(blocks, (1, 4, 16)),
    "instances": Shape(instances, (20, 100, 500)),
}


def measure(trees: list[Path], rounds: int, options: list[str]) -> list[float]:
    """The least CPU seconds that checking each tree took, all in turn, round by round."""
    least = [float("inf")] * len(trees)
    for _ in range(rounds):
        for index, tree in enumerate(trees):
            command = iaclint_command("check", ".", "--no-config", "--jobs", "1", "--exit-zero", *options)
            cpu, _, code = cpu_and_wall(command, tree)
            if code:
                raise SystemExit(f"{' '.join(command)} in {tree.name}: exit code {code}")
            least[index] = min(least[index], cpu)
    return least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=list(SHAPES), action="append", help="only this one (all)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of which the least counts (3)")
    parser.add_argument("--output-format", default="text", help="what iaclint is to write (text)")
    parser.add_argument("--keep", type=Path, help="write the trees into this new folder, and leave them there")
    arguments = parser.parse_args()
    options = ["--output-format", arguments.output_format]
    is_linear = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary) / "growth"
        folder.mkdir()
        nothing(folder / "nothing")
        print(f"{'':12} {'size':>5}  {'CPU s':>8}  {'less start':>10}  {'a piece, ms':>11}  growth of size")
        for name in arguments.shape or SHAPES:
            shape = SHAPES[name]
            trees = [folder / "nothing"]
            for size in shape.sizes:
                trees.append(folder / f"{name}{size}")
                shape.write(trees[-1], size)
            start, *times = measure(trees, arguments.rounds, options)
            first = (times[0] - start) / shape.sizes[0]
            for size, cpu in zip(shape.sizes, times, strict=True):
                growth = (cpu - start) / size / first
                is_linear = is_linear and growth <= 1 + TOLERANCE
                each = (cpu - start) / size * 1000
                print(f"{name:12} {size:5}  {cpu:8.3f}  {cpu - start:10.3f}  {each:11.2f}  {growth:6.2f}")
    print("growth of size: CPU time less start, for each piece, in multiples of the same at the smallest size")
    sys.exit(0 if is_linear else 1)


if __name__ == "__main__":
    main()
