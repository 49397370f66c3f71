# Needs no cloud: terraform_data stands for what a provider would make. The state is in Secrets of the cluster.
terraform {
  required_version = ">= 1.6"
  # Configured by ./init.
  backend "kubernetes" {}
}

variable "workspace" {
  type = string
}

variable "region" {
  type = string
}

variable "vpc_cidr" {
  type    = string
  default = "10.0.0.0/16"
  validation {
    condition     = can(cidrnetmask(var.vpc_cidr))
    error_message = "vpc_cidr is no IPv4 network such as 10.1.0.0/16."
  }
}

variable "provision_db" {
  type    = bool
  default = false
}

resource "terraform_data" "network" {
  input = { name = "${var.workspace}-network", region = var.region, cidr = var.vpc_cidr }
}

resource "terraform_data" "database" {
  count = var.provision_db ? 1 : 0
  input = { name = "${var.workspace}-database", network = terraform_data.network.output.name }
}

output "network" {
  value = terraform_data.network.output
}

output "databases" {
  value = terraform_data.database[*].output.name
}

# alustan leaves out what is marked sensitive.
output "access_key" {
  value     = terraform_data.network.id
  sensitive = true
}
