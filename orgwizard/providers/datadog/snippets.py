"""A first call to an org at Datadog in each language, with its official client; it only reads.

Sources: the examples in the repositories of Datadog's clients.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from orgwizard.domain.handoff import ChildOrg, in_snippet

FIRST_CALLS: Mapping[str, str] = {
    "curl": """\
# First call to the new org (read-only): the org that these keys belong to. Run it with:
#   orgwizard exec @PROFILE@ -- sh first_call.sh
# The keys are passed on standard input: arguments can be seen by other users.
curl --fail-with-body --silent --show-error --header @- "@URL@/api/v1/org" <<END
Accept: application/json
DD-API-KEY: $DD_API_KEY
DD-APPLICATION-KEY: $DD_APP_KEY
END
""",
    "python": """\
# First call to the new org (read-only): the org that these keys belong to. Run it with:
#   pip install datadog-api-client
#   orgwizard exec @PROFILE@ -- python first_call.py
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api.organizations_api import OrganizationsApi

# DD_API_KEY, DD_APP_KEY and DD_SITE are read from the environment.
configuration = Configuration(@SERVER@)
with ApiClient(configuration) as client:
    for org in OrganizationsApi(client).list_orgs().orgs:
        print(org.public_id, org.name)
""",
    "typescript": """\
// First call to the new org (read-only): the org that these keys belong to. Run it with:
//   npm install @datadog/datadog-api-client tsx
//   orgwizard exec @PROFILE@ -- npx tsx first_call.ts
import { client, v1 } from "@datadog/datadog-api-client";

// DD_API_KEY, DD_APP_KEY and DD_SITE are read from the environment.
const configuration = client.createConfiguration(@SERVER@);
new v1.OrganizationsApi(configuration)
  .listOrgs()
  .then((found) => found.orgs?.forEach((org) => console.log(org.publicId, org.name)))
  .catch((error) => {
    console.error(String(error));
    process.exitCode = 1;
  });
""",
    "go": """\
// First call to the new org (read-only): the org that these keys belong to. Run it with:
//   go get github.com/DataDog/datadog-api-client-go/v2
//   orgwizard exec @PROFILE@ -- go run first_call.go

package main

import (
	"context"
	"fmt"
	"log"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1"
)

func main() {
	// DD_API_KEY, DD_APP_KEY and DD_SITE are read from the environment.
	ctx := datadog.NewDefaultContext(context.Background())
@SERVER@	api := datadogV1.NewOrganizationsApi(datadog.NewAPIClient(datadog.NewConfiguration()))
	found, _, err := api.ListOrgs(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, org := range found.GetOrgs() {
		fmt.Println(org.GetPublicId(), org.GetName())
	}
}
""",
    "java": """\
// First call to the new org (read-only): the org that these keys belong to. Run it with
// com.datadoghq:datadog-api-client on the class path:
//   orgwizard exec @PROFILE@ -- java FirstCall.java
import com.datadog.api.client.ApiClient;
import com.datadog.api.client.ApiException;
import com.datadog.api.client.v1.api.OrganizationsApi;
import com.datadog.api.client.v1.model.Organization;
import java.util.Map;

public class FirstCall {
  public static void main(String[] arguments) throws ApiException {
    // DD_API_KEY, DD_APP_KEY and DD_SITE are read from the environment.
    ApiClient client = ApiClient.getDefaultApiClient();
@SERVER@    for (Organization org : new OrganizationsApi(client).listOrgs().getOrgs()) {
      System.out.println(org.getPublicId() + " " + org.getName());
    }
  }
}
""",
    "ruby": """\
# First call to the new org (read-only): the org that these keys belong to. Run it with:
#   gem install datadog_api_client
#   orgwizard exec @PROFILE@ -- ruby first_call.rb
require "datadog_api_client"

# DD_API_KEY, DD_APP_KEY and DD_SITE are read from the environment.
@SERVER@DatadogAPIClient::V1::OrganizationsAPI.new.list_orgs.orgs.each do |org|
  puts "#{org.public_id} #{org.name}"
end
""",
    "rust": """\
// First call to the new org (read-only): the org that these keys belong to. Run it with:
//   cargo add datadog-api-client
//   cargo add tokio --features full
//   orgwizard exec @PROFILE@ -- cargo run
use datadog_api_client::datadog::Configuration;
use datadog_api_client::datadogV1::api_organizations::OrganizationsAPI;

#[tokio::main]
async fn main() {
    // DD_API_KEY, DD_APP_KEY and DD_SITE are read from the environment.
    let @MUTABLE@configuration = Configuration::new();
@SERVER@    let api = OrganizationsAPI::with_config(configuration);
    match api.list_orgs().await {
        Ok(found) => {
            for org in found.orgs.unwrap_or_default() {
                println!("{:?} {:?}", org.public_id, org.name);
            }
        }
        Err(error) => {
            eprintln!("{error:?}");
            std::process::exit(1);
        }
    }
}
""",
    "terraform": """\
# First call to the new org (read-only): its roles. The provider reads DD_API_KEY, DD_APP_KEY and DD_HOST.
# Run it with:
#   terraform init
#   orgwizard exec @PROFILE@ -- terraform plan
# To pass them as variables instead: orgwizard env @PROFILE@ --output child.auto.tfvars
#
# datadog_child_organization cannot import this org: it would create another one. Import its settings instead:
#   terraform import datadog_organization_settings.child @ORG_ID@
terraform {
  required_providers {
    datadog = {
      source  = "DataDog/datadog"
      version = ">= 3.0"
    }
  }
}

provider "datadog" {}

data "datadog_roles" "all" {}

output "roles" {
  value = data.datadog_roles.all.roles[*].name
}
""",
}
# What selects another host than that of a site: the second server that each client knows.
SERVERS: Mapping[str, str] = {
    "python": 'host="@PROTOCOL@://@HOST@"',
    "typescript": """{
  baseServer: new client.BaseServerConfiguration("@PROTOCOL@://@HOST@", {}),
}""",
    "go": """\
	ctx = context.WithValue(ctx, datadog.ContextServerIndex, 1)
	server := map[string]string{"protocol": "@PROTOCOL@", "name": "@HOST@"}
	ctx = context.WithValue(ctx, datadog.ContextServerVariables, server)
""",
    "java": """\
    client.setServerIndex(1);
    client.setServerVariables(Map.of("protocol", "@PROTOCOL@", "name", "@HOST@"));
""",
    "ruby": """\
DatadogAPIClient.configure do |config|
  config.server_index = 1
  config.server_variables = { protocol: "@PROTOCOL@", name: "@HOST@" }
end
""",
    "rust": """\
    configuration.server_index = 1;
    configuration.server_variables = std::collections::HashMap::from([
        ("protocol".to_string(), "@PROTOCOL@".to_string()),
        ("name".to_string(), "@HOST@".to_string()),
    ]);
""",
}
_JAVA_MAP = "import java.util.Map;\n"


def snippets(org: ChildOrg, listed: Collection[str], *, create: bool) -> dict[str, str]:
    """Return the programs by language: a first call to *org*, or one that creates an org below the parent.

    *listed* are the sites that the clients know; for another host, they are told where it is.
    """
    from orgwizard.providers.datadog.create_snippets import CREATIONS

    programs = CREATIONS if create else FIRST_CALLS
    if org.site.key in listed:
        at = {language: text.replace("@SERVER@", "").replace(_JAVA_MAP, "") for language, text in programs.items()}
        values = {"@URL@": "https://api.$DD_SITE", "@PLACE@": "DD_SITE", "@MUTABLE@": ""}
    else:
        at = {language: text.replace("@SERVER@", SERVERS.get(language, "")) for language, text in programs.items()}
        values = {"@URL@": "$DD_HOST", "@PLACE@": "DD_HOST", "@MUTABLE@": "mut "}
    parts = urlsplit(org.site.url)
    org_id = org.id if re.fullmatch(r"[\w-]+", org.id) else "PUBLIC_ID"
    return in_snippet(
        at, {**values, "@PROTOCOL@": parts.scheme, "@HOST@": parts.netloc, "@PROFILE@": org.profile, "@ORG_ID@": org_id}
    )
