import HTTPTypes

/// A request for a token that the sign-in service would refuse, with its own kind of error.
struct SignInRefusal: Error, Equatable {
    var status: HTTPResponse.Status
    /// The OAuth error, for example `invalid_client`.
    var error: String
    /// The number behind `AADSTS`.
    var number: Int
    var text: String

    private init(_ status: HTTPResponse.Status, _ error: String, _ number: Int, _ text: String) {
        self.status = status
        self.error = error
        self.number = number
        self.text = text
    }

    static func missing(_ parameter: String) -> SignInRefusal {
        SignInRefusal(
            .badRequest, "invalid_request", 900_144, "The request body must contain the following parameter: '\(parameter)'."
        )
    }

    static func notPost(_ method: HTTPRequest.Method) -> SignInRefusal {
        SignInRefusal(
            .badRequest, "invalid_request", 900_561,
            "The endpoint only accepts POST requests. Received a \(method.rawValue) request."
        )
    }

    static func unknownTenant(_ tenant: String) -> SignInRefusal {
        SignInRefusal(
            .badRequest, "invalid_request", 90_002,
            "Tenant '\(tenant)' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        )
    }

    static let tenantRequired = SignInRefusal(
        .badRequest, "invalid_request", 50_059,
        "No tenant-identifying information found in either the request or implied by any provided credentials."
    )

    static func unsupportedGrant(_ grant: String) -> SignInRefusal {
        SignInRefusal(
            .badRequest, "unsupported_grant_type", 70_003, "The app requested an unsupported grant type '\(grant)'."
        )
    }

    static func unknownApplication(_ id: String, tenant: String) -> SignInRefusal {
        SignInRefusal(
            .badRequest, "unauthorized_client", 700_016,
            "Application with identifier '\(id)' was not found in the directory '\(tenant)'."
        )
    }

    static let secretRequired = SignInRefusal(
        .unauthorized, "invalid_client", 7_000_218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    )

    static func wrongSecret(application: String) -> SignInRefusal {
        SignInRefusal(
            .unauthorized, "invalid_client", 7_000_215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the "
                + "client secret ID, for a secret added to app '\(application)'."
        )
    }

    static func invalidScope(_ scope: String) -> SignInRefusal {
        SignInRefusal(
            .badRequest, "invalid_scope", 70_011,
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' "
                + "is not valid. The scope \(scope) is not valid."
        )
    }

    static func expiredSecret(application: String) -> SignInRefusal {
        SignInRefusal(
            .unauthorized, "invalid_client", 7_000_222,
            "The provided client secret keys for app '\(application)' are expired: give it a new one."
        )
    }

    static func unknownResource(_ audience: String, tenant: String) -> SignInRefusal {
        SignInRefusal(
            .badRequest, "invalid_resource", 500_011,
            "The resource principal named \(audience) was not found in the tenant named \(tenant)."
        )
    }

    static func noConsent(application: String, name: String) -> SignInRefusal {
        SignInRefusal(
            .badRequest, "invalid_grant", 65_001,
            "The user or administrator has not consented to use the application with ID '\(application)' named '\(name)'."
        )
    }

    static let unknownRefreshToken = SignInRefusal(
        .badRequest, "invalid_grant", 70_000, "The provided value for the 'refresh_token' parameter is not valid."
    )

    static let malformedAssertion = SignInRefusal(
        .badRequest, "invalid_request", 50_027, "JWT token is invalid or malformed."
    )

    static func wrongAssertion(_ reason: String, thumbprint: String) -> SignInRefusal {
        SignInRefusal(
            .unauthorized, "invalid_client", 700_027,
            "Client assertion contains an invalid signature. [Reason - \(reason), Thumbprint of key used by client: '\(thumbprint)']"
        )
    }

    static let foreignAssertion = SignInRefusal(
        .unauthorized, "invalid_client", 700_021,
        "Client assertion application identifier doesn't match 'client_id' parameter."
    )

    static let assertionForOthers = SignInRefusal(
        .unauthorized, "invalid_client", 700_023, "Client assertion audience claim does not match Realm issuer."
    )

    static let assertionOutOfTime = SignInRefusal(
        .unauthorized, "invalid_client", 700_024, "Client assertion is not within its valid time range."
    )

    static let replayedAssertion = SignInRefusal(
        .unauthorized, "invalid_client", 700_027, "This emulator has seen the 'jti' of this client assertion before."
    )

    static let authorizationPending = SignInRefusal(
        .badRequest, "authorization_pending", 70_016,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    )

    static let slowDown = SignInRefusal(
        .badRequest, "slow_down", 70_016, "OAuth 2.0 device flow error. Polling too often: wait 5 seconds longer."
    )

    static let declined = SignInRefusal(
        .badRequest, "authorization_declined", 70_017, "OAuth 2.0 device flow error. The user declined."
    )

    static let expiredDeviceCode = SignInRefusal(
        .badRequest, "expired_token", 70_020, "OAuth 2.0 device flow error. The device code has expired."
    )

    static let badDeviceCode = SignInRefusal(
        .badRequest, "bad_verification_code", 70_018, "OAuth 2.0 device flow error. The device code is not known."
    )

    /// A fault of this emulator.
    static let notSigned = SignInRefusal(
        .internalServerError, "server_error", 90_033, "This emulator could not sign the token."
    )

    func body(for request: RequestIdentity) -> JSONObject {
        let timestamp = GraphDateTime.signIn(request.date)
        var object = JSONObject()
        object.set("error", self.error)
        object.set(
            "error_description",
            "AADSTS\(self.number): \(self.text) Trace ID: \(request.id) Correlation ID: \(request.clientID) Timestamp: \(timestamp)"
        )
        object.set("error_codes", [self.number])
        object.set("timestamp", timestamp)
        object.set("trace_id", request.id)
        object.set("correlation_id", request.clientID)
        object.set("error_uri", "https://login.microsoftonline.com/error?code=\(self.number)")
        return object
    }
}
