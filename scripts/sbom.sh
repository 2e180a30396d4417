#!/usr/bin/env bash
# Makes a software bill of materials (SPDX 2.3 JSON) of `cargo metadata`, read from standard input: every package that the
# native binary is built of, with its version, licence and source.
set -euo pipefail

jq '
  .resolve as $resolve
  | (.packages | map({key: .id, value: .}) | from_entries) as $all
  | def kinds: map(.dep_kinds[] | .kind) ;
  (reduce range(0; 64) as $_ ([$resolve.nodes[] | select($all[.id].name == "tollgate") | .id];
     . as $seen
     | ($seen + [$resolve.nodes[] | select(.id as $id | $seen | index($id)) | .deps[]
         | select(.dep_kinds | any(.kind == null)) | .pkg]) | unique)) as $used
  | [$used[] | $all[.]] as $packages
  | {
      spdxVersion: "SPDX-2.3",
      dataLicense: "CC0-1.0",
      SPDXID: "SPDXRef-DOCUMENT",
      name: "tollgate",
      documentNamespace: ("https://spdx.org/spdxdocs/tollgate-" + ($packages[] | select(.name == "tollgate") | .version)),
      creationInfo: { created: (now | todate), creators: ["Tool: tollgate-sbom"] },
      documentDescribes: ["SPDXRef-tollgate"],
      packages: [$packages[] | {
        SPDXID: (if .name == "tollgate" then "SPDXRef-tollgate" else "SPDXRef-\(.name)-\(.version)" | gsub("[^A-Za-z0-9.-]"; "-") end),
        name, versionInfo: .version,
        downloadLocation: (.repository // "NOASSERTION"),
        licenseConcluded: "NOASSERTION", licenseDeclared: ((.license // "NOASSERTION") | gsub("/"; " OR ")),
        copyrightText: "NOASSERTION", filesAnalyzed: false,
        externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: "pkg:cargo/\(.name)@\(.version)" }]
      }],
      relationships: [{ spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: "SPDXRef-tollgate" }]
    }'
