extension EntityType {
    static let user = EntityType(
        "user", "users", .directory,
        shown: [
            "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
            "preferredLanguage", "surname", "userPrincipalName", "id",
        ],
        template: [
            "businessPhones": [], "displayName": .null, "givenName": .null, "jobTitle": .null, "mail": .null,
            "mobilePhone": .null, "officeLocation": .null, "preferredLanguage": .null, "surname": .null,
            "userPrincipalName": .null, "accountEnabled": true,
        ],
        [
            .text: """
            displayName givenName surname jobTitle mail mailNickname mobilePhone officeLocation preferredLanguage \
            userPrincipalName department companyName city country state streetAddress postalCode usageLocation userType \
            employeeId faxNumber onPremisesImmutableId aboutMe ageGroup consentProvidedForMinor
            """,
            .flag: "accountEnabled showInAddressList", .texts: "businessPhones otherMails",
            .object: "passwordProfile employeeOrgData onPremisesExtensionAttributes", .moment: "employeeHireDate birthday",
            .anything: "identities passwordPolicies",
        ]
    )

    static let group = EntityType(
        "group", "groups", .directory,
        template: [
            "deletedDateTime": .null, "classification": .null, "createdDateTime": .null, "description": .null,
            "displayName": .null, "groupTypes": [], "mail": .null, "mailEnabled": false, "mailNickname": .null,
            "securityEnabled": true, "visibility": .null,
        ],
        [
            .text: "displayName description mail mailNickname visibility classification membershipRule theme preferredLanguage",
            .flag: "mailEnabled securityEnabled isAssignableToRole allowExternalSenders autoSubscribeNewMembers",
            .texts: "groupTypes resourceBehaviorOptions resourceProvisioningOptions", .service: "deletedDateTime",
        ]
    )
}
