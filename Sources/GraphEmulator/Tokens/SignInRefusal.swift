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
