import GraphRelay
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Metrics
import Synchronization

/// Everything over HTTP but the webhook and the hub, which are answered before Hummingbird.
final class Routes: Sendable {
    /// What the page may do: be shown by nobody else, and load and reach nothing but this server.
    private static let pagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private let updates: UpdatesRoute
    private let admin: AdminRoutes
    private let adminToken: AdminToken
    private let readiness: Readiness
    private let isStorageFailing: @Sendable () -> Bool
    private let status: @Sendable () async throws(RelayError) -> StatusReport
    private let metrics: PrometheusMetrics
    private let measured: MeasuredOnRequest

    /// - Parameters:
    ///   - updates: What answers `/updates`.
    ///   - admin: What answers `/admin/subscriptions`.
    ///   - adminToken: Opens `/admin` and `/metrics`.
    ///   - readiness: What `/health/ready` waits for.
    ///   - isStorageFailing: Whether what is written is not kept.
    ///   - status: How the program is now.
    ///   - metrics: What was counted.
    init(
        updates: UpdatesRoute, admin: AdminRoutes, adminToken: AdminToken, readiness: Readiness,
        isStorageFailing: @escaping @Sendable () -> Bool, status: @escaping @Sendable () async throws(RelayError) -> StatusReport,
        metrics: PrometheusMetrics
    ) {
        self.updates = updates
        self.admin = admin
        self.adminToken = adminToken
        self.readiness = readiness
        self.isStorageFailing = isStorageFailing
        self.status = status
        self.metrics = metrics
        self.measured = MeasuredOnRequest(factory: metrics)
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: SecurityHeaders())
        router.get("/") { _, _ in
            Response(
                type: "text/html; charset=utf-8", ByteBuffer(string: DashboardPage.html),
                headers: [.contentSecurityPolicy: Self.pagePolicy]
            )
        }
        router.get("/dashboard.js") { _, _ in
            Response(type: "text/javascript; charset=utf-8", ByteBuffer(string: DashboardPage.script))
        }
        router.get("/dashboard.css") { _, _ in
            Response(type: "text/css; charset=utf-8", ByteBuffer(string: DashboardPage.style))
        }
        router.get("/updates") { request, _ in await self.updates.respond(to: request) }
        router.get("/health/live") { _, _ in Response.text(.ok, "alive") }
        router.get("/health/ready") { _, _ in self.ready() }
        router.get("/admin/status") { request, _ in
            await self.answer(request) { () async throws(RelayError) in
                Response(type: "application/json", try await self.status().json())
            }
        }
        self.admin.add(to: router)
        router.get("/metrics") { request, _ in
            await self.answer(request) { () async throws(RelayError) in
                self.measured.record(try await self.status())
                return Response(type: PrometheusText.contentType, ByteBuffer(string: self.metrics.text()))
            }
        }
        return router
    }

    private func ready() -> Response {
        if let part = self.readiness.missing.first { return .text(.serviceUnavailable, "starting: \(part.rawValue)") }
        return self.isStorageFailing() ? .text(.serviceUnavailable, "storage") : .text(.ok, "ready")
    }

    /// Answers the administrator, and nobody else.
    private func answer(_ request: Request, with make: () async throws(RelayError) -> Response) async -> Response {
        guard let token = request.bearerToken, self.adminToken.matches(token) else {
            return .text(.unauthorized, "The admin token is needed.", headers: [.wwwAuthenticate: "Bearer"])
        }
        do throws(RelayError) {
            return try await make()
        } catch {
            return UpdatesRoute.refusal(error)
        }
    }
}

/// What is not counted as it happens, but looked at when somebody asks for the metrics.
private struct MeasuredOnRequest: Sendable {
    private let waiting: Gauge
    private let deadLetters: Gauge
    private let held: Gauge

    init(factory: any MetricsFactory) {
        self.waiting = Gauge(label: "tidings.queue.waiting", factory: factory)
        self.deadLetters = Gauge(label: "tidings.dead_letters", factory: factory)
        self.held = Gauge(label: "tidings.log.updates", factory: factory)
    }

    func record(_ status: StatusReport) {
        self.waiting.record(status.waiting)
        self.deadLetters.record(status.deadLetters)
        self.held.record(status.bounds.latest - status.bounds.oldest + 1)
    }
}
