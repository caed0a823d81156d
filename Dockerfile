# One image for every role: docker run verticker user-api user

FROM eclipse-temurin:17-jdk AS build
WORKDIR /src
COPY .mvn .mvn
COPY mvnw pom.xml ./
COPY conf conf
COPY verticles verticles
COPY src src
# Without the tests and what they bring: those have run before.
RUN ./mvnw -q -ntp -B -Dmaven.test.skip -Dspotless.check.skip package

# By the Java that will use it, in the place where it will be used. PostgreSQL and Redis run for this only.
FROM eclipse-temurin:25-jre AS archive
RUN apt-get update -q && apt-get install -q -y --no-install-recommends postgresql redis-server
WORKDIR /app
COPY --from=build /src/target/verticker.jar ./
COPY conf/jvm.options conf/deploy/healthy conf/make-archive conf/
RUN conf/make-archive verticker.jar verticker.archive

FROM eclipse-temurin:25-jre AS run
WORKDIR /app
# Owned by root and not writable: the node cannot change what it runs.
COPY --from=archive /app/verticker.jar /app/verticker.archive ./
COPY conf/jvm.options conf/deploy/healthy conf/
USER 10001:10001
EXPOSE 8000 8001
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 CMD ["/app/conf/deploy/healthy"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "@/app/conf/jvm.options", "-XX:AOTCache=/app/verticker.archive", "-jar", "/app/verticker.jar"]
